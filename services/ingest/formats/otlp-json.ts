// OTLP logs in JSON, as protobuf's messages: ids in hex, names in lowerCamelCase, 64-bit numbers as texts or numbers.
// What has another shape than the schema is skipped where nothing can be said of it, and is a reject where it is a record.
// https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
import { isFields, jsonOf, type Value } from './agent-values.ts'

/** The value of an AnyValue. */
export function anyValue(any: unknown): Value {
  if (!isFields(any)) return null
  const { stringValue, boolValue, intValue, doubleValue, bytesValue, arrayValue, kvlistValue } = any
  if (stringValue !== undefined) return stringValue
  if (boolValue !== undefined) return boolValue
  if (intValue !== undefined) return typeof intValue === 'string' ? bigintOf(intValue) : intValue
  if (doubleValue !== undefined) return doubleValue
  if (bytesValue !== undefined) return bytesValue
  if (isFields(arrayValue)) return listOf(arrayValue['values']).map(anyValue)
  if (isFields(kvlistValue)) return Object.fromEntries(pairsOf(kvlistValue['values']))
  return null
}

/** The keys and values of a list of KeyValue. */
export const pairsOf = (pairs: Value): [string, Value][] =>
  listOf(pairs).flatMap((pair) => (isFields(pair) ? [[stringOf(pair['key']), anyValue(pair['value'])]] : []))

/** A text, or a number as one; '' for all else. */
export const stringOf = (value: Value): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : ''

export const listOf = (value: Value): readonly Value[] => (Array.isArray(value) ? (value as readonly Value[]) : [])

/** Digits as a number of any size, and any other text as it is. */
const bigintOf = (text: string): bigint | string => (/^-?\d{1,19}$/.test(text) ? BigInt(text) : text)

/** False is what proto3 leaves out, as is the empty text. */
const isNanoseconds = (value: Value): boolean =>
  value === false || (['string', 'number', 'bigint'].includes(typeof value) && /^\d*$/.test(stringOf(value)))

const kinds = ['stringValue', 'boolValue', 'intValue', 'doubleValue', 'bytesValue', 'arrayValue', 'kvlistValue']

/** Characters of a value in a sentence about it. */
const excerptMax = 60

/** A sentence about a value that is no log record. Parts of another shape would be read as if they were not there. */
export function recordProblem(record: Value): string | undefined {
  if (!isFields(record)) return 'a log record must be a JSON object'
  for (const name of ['timeUnixNano', 'observedTimeUnixNano'])
    if (!isNanoseconds(record[name] ?? ''))
      return `${name} must be ns since 1970, in digits, not ${jsonOf(record[name]).slice(0, excerptMax)}`
  const { body, attributes } = record
  if (attributes !== undefined && attributes !== null && !Array.isArray(attributes))
    return 'attributes must be a list of objects with key and value'
  if (body === undefined || body === null) return undefined
  const isAny = isFields(body) && (Object.keys(body).length === 0 || kinds.some((kind) => kind in body))
  return isAny ? undefined : `body must be an AnyValue: an object with one of ${kinds.join(', ')}`
}
