// OTLP/JSON exports of the k8sobjects receiver: the object is the log record's body, as an AnyValue.
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/common/v1/common.proto

export interface OtlpBody {
  body: unknown
  /** The k8s.cluster.name of the resource, or '' without one. */
  cluster: string
}

const depthMax = 64

/** Yields the bodies of all log records. Parts that do not have the shape of OTLP are skipped. */
export function* otlpBodies(resourceLogs: readonly unknown[]): Generator<OtlpBody> {
  for (const resource of resourceLogs) {
    const attributes = anyValue({ kvlistValue: { values: at(at(resource, 'resource'), 'attributes') } }, 0)
    const cluster = at(attributes, 'k8s.cluster.name')
    for (const scope of list(at(resource, 'scopeLogs'))) {
      for (const record of list(at(scope, 'logRecords'))) {
        yield { body: parsed(anyValue(at(record, 'body'), 0)), cluster: typeof cluster === 'string' ? cluster : '' }
      }
    }
  }
}

function anyValue(value: unknown, depth: number): unknown {
  if (depth > depthMax || typeof value !== 'object' || value === null) return null
  if ('stringValue' in value) return value.stringValue
  if ('boolValue' in value) return value.boolValue
  // proto3 JSON writes 64-bit integers as strings.
  if ('intValue' in value) return Number(value.intValue)
  if ('doubleValue' in value) return value.doubleValue
  if ('arrayValue' in value) return list(at(value.arrayValue, 'values')).map((item) => anyValue(item, depth + 1))
  if ('kvlistValue' in value) {
    const pairs = list(at(value.kvlistValue, 'values'))
    return Object.fromEntries(pairs.map((pair) => [String(at(pair, 'key')), anyValue(at(pair, 'value'), depth + 1)]))
  }
  return null
}

function parsed(body: unknown): unknown {
  if (typeof body !== 'string' || !body.startsWith('{')) return body
  try {
    return JSON.parse(body) as unknown
  } catch {
    return body
  }
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
