// OTLP logs as the OpenTelemetry Collector's filelog receiver with the container operator sends them.
import { encodeProto } from '#test/support/agents/otlp-proto.ts'
import { httpProtocol, pathOf, type AgentLine, type AgentProtocol } from './protocol.ts'

interface KeyValue {
  key: string
  value: { stringValue: string }
}

const pairs = (values: Record<string, string | number | undefined>): KeyValue[] =>
  Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value: { stringValue: String(value) } }]))

function exported(lines: readonly AgentLine[]) {
  return {
    resourceLogs: lines.map((line) => ({
      resource: {
        attributes:
          line.pod === ''
            ? []
            : pairs({
                'k8s.namespace.name': line.namespace,
                'k8s.pod.name': line.pod,
                'k8s.pod.uid': line.podUid,
                'k8s.container.name': line.container,
                'k8s.container.restart_count': line.restart,
                ...Object.fromEntries(Object.entries(line.labels ?? {}).map(([key, value]) => [`k8s.pod.label.${key}`, value])),
              }),
      },
      scopeLogs: [
        {
          logRecords: [
            {
              timeUnixNano: String(line.time),
              body: { stringValue: line.message.toString() },
              attributes: pairs({
                'log.iostream': line.stream,
                ...(line.isPartial === undefined ? {} : { logtag: line.isPartial ? 'P' : 'F' }),
                ...(line.offset === undefined ? {} : { 'log.file.record_offset': line.offset, 'log.file.path': pathOf(line) }),
                ...line.attributes,
              }),
            },
          ],
        },
      ],
    })),
  }
}

/** A value of JSON as an AnyValue. */
function anyValue(value: unknown): object {
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } }
  if (typeof value === 'object' && value !== null) return { kvlistValue: { values: attributesOf(value) } }
  return { stringValue: String(value) }
}

const attributesOf = (fields: object): object[] => Object.entries(fields).map(([key, value]) => ({ key, value: anyValue(value) }))

/** What the json_parser of a collector makes of a line, beside or in the resource of the container operator. */
function printedAs(encode: (exported: object) => Buffer): AgentProtocol['printed'] {
  const body = (line: AgentLine, record: object, path?: string): Buffer => {
    const { resourceLogs } = exported([line])
    const { resource } = resourceLogs[0]!
    const logRecord = { timeUnixNano: String(line.time), ...record }
    const own = path === undefined ? resource : { attributes: pairs({ 'log.file.path': path }) }
    return encode({ resourceLogs: [{ resource: own, scopeLogs: [{ logRecords: [logRecord] }] }] })
  }
  return {
    'in the attributes of the record': {
      by: 'agent',
      body: (line, fields) => body(line, { attributes: attributesOf(fields), body: anyValue('x') }),
    },
    'in the body': { by: 'agent', body: (line, fields) => body(line, { body: anyValue(fields) }) },
    'in the body of a record of a file': {
      by: 'agent',
      body: (line, fields) => body(line, { body: anyValue(fields) }, pathOf(line)),
    },
  }
}

export const otlpJson = httpProtocol({
  name: 'OTLP/JSON',
  path: '/v1/logs',
  type: 'application/json',
  body: (lines) => Buffer.from(JSON.stringify(exported(lines))),
  printed: printedAs((all) => Buffer.from(JSON.stringify(all))),
  lacks: ['bytes'],
})

export const otlpProto = httpProtocol({
  name: 'OTLP/protobuf',
  path: '/v1/logs',
  type: 'application/x-protobuf',
  body: (lines) => encodeProto(exported(lines), lines),
  printed: printedAs(encodeProto),
})
