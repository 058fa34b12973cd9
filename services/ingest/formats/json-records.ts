// JSON bodies of agents as records: an array of them, one per line, or one behind the other. Each is parsed by itself,
// so that a large body never is a million objects at once.
import { isUtf8 } from 'node:buffer'
import { AfterlogError } from '#shared/errors.ts'
import type { Fields, Value } from './agent-values.ts'
import { JsonScanner, JsonSyntaxError } from './json-scanner.ts'
import { unicodeEscape } from './native-lines.ts'

/** A record as an object; or the bytes that stand where one should, and cannot be one. */
export type JsonRecord = { fields: Fields; bytes: Buffer } | { fields: undefined; bytes: Buffer }

/** How texts of the body are read: a body that is not UTF-8 has a character for each byte. */
export const encodingOf = (body: Buffer): 'utf8' | 'latin1' => (isUtf8(body) ? 'utf8' : 'latin1')

/** Yields the records of a body. Throws AfterlogError `invalid-body` where an array, or what follows a value, is broken. */
export function* jsonRecords(body: Buffer, encoding: 'utf8' | 'latin1'): Generator<JsonRecord> {
  const json = new JsonScanner(body)
  const first = json.peek()
  if (first === -1) return
  try {
    if (first === 0x5b) yield* elements(json, encoding)
    else yield* lines(json, encoding)
  } catch (error) {
    throw notJson(error)
  }
}

export const notJson = (error: unknown): unknown =>
  error instanceof JsonSyntaxError
    ? new AfterlogError('invalid-body', `the body is not JSON: ${error.message}`, { position: error.position })
    : error

function* elements(json: JsonScanner, encoding: 'utf8' | 'latin1'): Generator<JsonRecord> {
  json.pos++
  for (let isFirst = true; ; isFirst = false) {
    const byte = json.peek()
    if (byte === 0x5d && isFirst) break
    yield record(json, encoding)
    if (json.peek() === 0x5d) break
    json.expect(0x2c, '"," or "]"')
  }
  json.pos++
  if (json.peek() !== -1) json.fail('the end')
}

/** One value behind the other, on lines of their own or not. A line that is broken is a record of its own. */
function* lines(json: JsonScanner, encoding: 'utf8' | 'latin1'): Generator<JsonRecord> {
  while (json.peek() !== -1) {
    const start = json.pos
    try {
      yield record(json, encoding)
    } catch (error) {
      const newline = json.bytes.indexOf(0x0a, start)
      if (!(error instanceof JsonSyntaxError) || newline < 0) throw error
      json.pos = newline + 1
      yield { fields: undefined, bytes: json.bytes.subarray(start, newline) }
    }
  }
}

function record(json: JsonScanner, encoding: 'utf8' | 'latin1'): JsonRecord {
  const isObject = json.peek() === 0x7b
  const { bytes, isDeep } = nextValue(json)
  return { fields: isObject && !isDeep ? (parse(bytes.toString(encoding)) as Fields) : undefined, bytes }
}

/** Passes the value that is next. One that is nested too deep is passed by its brackets. */
export function nextValue(json: JsonScanner): { bytes: Buffer; isDeep: boolean } {
  json.peek()
  const start = json.pos
  let isDeep = false
  try {
    json.value()
  } catch (error) {
    if (!(error instanceof JsonSyntaxError && error.tooDeep)) throw error
    isDeep = true
    json.pos = start
    json.skipBrackets()
  }
  return { bytes: json.bytes.subarray(start, json.pos), isDeep }
}

/** The object that a text is; undefined where it is none, or nested too deep. */
export function objectOf(bytes: Buffer, encoding: 'utf8' | 'latin1' = 'utf8'): Fields | undefined {
  const json = new JsonScanner(bytes)
  try {
    if (json.peek() !== 0x7b) return undefined
    json.value()
    return json.peek() === -1 ? (parse(bytes.toString(encoding)) as Fields) : undefined
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined
    throw error
  }
}

/**
 * A body of one value, in which lists of these names stand inside each other. What of it is nested too deep is given as
 * its bytes: an element of the innermost list, or what stands beside a list. Throws AfterlogError
 * `invalid-body` where it is not JSON.
 */
export function parseLists(body: Buffer, encoding: 'utf8' | 'latin1', names: readonly string[]): Value {
  const json = new JsonScanner(body)
  try {
    const value = listsOf(json, encoding, names)
    if (json.peek() !== -1) json.fail('the end')
    return value
  } catch (error) {
    throw notJson(error)
  }
}

function listsOf(json: JsonScanner, encoding: 'utf8' | 'latin1', [name, ...inner]: readonly string[]): Value {
  const isObject = json.peek() === 0x7b
  const start = json.pos
  const { bytes, isDeep } = nextValue(json)
  if (!isDeep) return parse(bytes.toString(encoding))
  if (!isObject || name === undefined) return bytes
  json.pos = start
  // Without a prototype, so that the name __proto__ is one as any other.
  const fields = Object.create(null) as Record<string, Value>
  members(json, (key) => {
    const list: Value[] = []
    if (key !== name || json.peek() !== 0x5b) fields[key] = listsOf(json, encoding, [])
    else {
      items(json, () => void list.push(listsOf(json, encoding, inner)))
      fields[key] = list
    }
  })
  return fields
}

/** Passes an object; `read` passes the value of each of its names. */
export function members(json: JsonScanner, read: (name: string) => void): void {
  json.expect(0x7b, '"{"')
  for (let isFirst = true; !(isFirst && json.peek() === 0x7d); isFirst = false) {
    json.string()
    const name = json.bytes.toString('latin1', json.start, json.stop)
    json.expect(0x3a, '":"')
    read(name)
    if (json.peek() === 0x7d) break
    json.expect(0x2c, '"," or "}"')
  }
  json.pos++
}

/** Passes an array; `read` passes each element. */
export function items(json: JsonScanner, read: () => void): void {
  json.expect(0x5b, '"["')
  for (let isFirst = true; !(isFirst && json.peek() === 0x5d); isFirst = false) {
    read()
    if (json.peek() === 0x5d) break
    json.expect(0x2c, '"," or "]"')
  }
  json.pos++
}

/** The scanner lets control bytes through in strings, as some senders leave them there; JSON.parse does not. */
export function parse(text: string): Value {
  try {
    return longNumber.test(text) ? (JSON.parse(text, exactly) as Value) : (JSON.parse(text) as Value)
  } catch {
    const escaped = text.replaceAll(/"(?:[^"\\]|\\.)*"/gs, (string) => string.replaceAll(controls, unicodeEscape))
    return JSON.parse(escaped) as Value
  }
}

/** A number that a double may not hold. */
const longNumber = /[:,[]\s*-?(?:\d[\d.]{15,}|[\d.]+[eE])/

/** Numbers as they were sent: whole ones of any size, and others as their text. */
function exactly(_: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value
  return /^-?\d+$/.test(source) ? BigInt(source) : source
}

// oxlint-disable-next-line no-control-regex
const controls = /[\x00-\x1f]/g
