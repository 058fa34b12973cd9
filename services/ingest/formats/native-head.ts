// The head of a native batch: its keys, the fields that hold for all of its records, and whether it is a batch at all.
import { AfterlogError } from '#shared/errors.ts'
import type { Origin } from '../normalise/origin.ts'
import type { Reject } from '../normalise/reject.ts'
import { canonicalEscapes, escapeJson, isText, notText, unescapeJson } from './json-escape.ts'
import { JsonScanner, JsonSyntaxError, none, nullValue, numberValue, plainString } from './json-scanner.ts'
import { recordFields, type RecordScanner, slot } from './record-scanner.ts'

/** Defaults for all records of a batch, JSON-escaped. */
export interface BatchDefaults {
  cluster: Buffer
  node: Buffer
  agent: Buffer
}

/** The fields of a batch that hold for all its records. */
export interface Head extends BatchDefaults {
  /** The number of the first record within its body, where a body was split over messages. */
  seq: number
}

export const isSameHead = (a: Head, b: Head): boolean =>
  a.cluster.equals(b.cluster) && a.node.equals(b.node) && a.agent.equals(b.agent) && a.seq === b.seq

/** Returns the defaults that the origin of a batch gives. */
export function defaultsOf({ cluster, node, agent }: Pick<Origin, 'cluster' | 'node' | 'agent'>): BatchDefaults {
  const escaped = (value: string): Buffer => escapeJson(Buffer.from(value))
  return { cluster: escaped(cluster), node: escaped(node), agent: escaped(agent) }
}

/** What a body holds: {"records": […]}, an array of records, one record, or one record per line. */
export type BodyForm = 'batch' | 'array' | 'record' | 'lines'

/** What a sender may send instead of a body that is none of the forms. */
export const rightForms = 'send {"records": […]}, an array of records, one record, or one record per line'

/**
 * Reads the first object to decide the form of a body: whether it has `records`, and whether anything follows it. For
 * the answer `record` that one record has been read, from where `json` stood to where it stands. An object with neither
 * `records` nor the text of a line counts as a batch that lacks its records.
 */
export function formOf(json: JsonScanner, slots: RecordScanner): BodyForm {
  const first = json.peek()
  if (first === -1) throw new AfterlogError('invalid-body', `the body is empty; ${rightForms}`)
  if (first === 0x5b) return 'array'
  const start = json.pos
  try {
    if (slots.readUntil(json, slot.records)) return 'batch'
    const stop = json.pos
    if (json.peek() !== -1) return 'lines'
    json.pos = stop
    return slots.kind[slot.message] === none && slots.kind[slot.cri] === none ? 'batch' : 'record'
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    if (!error.tooDeep) return isFollowedByObject(json.bytes) ? 'lines' : 'batch'
    json.pos = start
    return formOfDeep(json)
  }
}

/** As `formOf`, of an object nested too deep. A record that is too deep is rejected as a line, a batch as a whole. */
function formOfDeep(json: JsonScanner): BodyForm {
  let hasLine = false
  try {
    for (const key of keysOf(json)) {
      if (key === 'records') return 'batch'
      hasLine ||= key === 'message' || key === 'cri'
      const first = json.peek()
      if (first === 0x7b || first === 0x5b) json.skipBrackets()
      else json.value()
    }
  } catch (error) {
    if (error instanceof JsonSyntaxError) return 'batch'
    throw error
  }
  return hasLine || json.peek() !== -1 ? 'lines' : 'batch'
}

/** Tells NDJSON with a broken first line from broken JSON: whether the next line that is not blank begins an object. */
function isFollowedByObject(bytes: Buffer): boolean {
  const json = new JsonScanner(bytes)
  json.peek()
  const newline = bytes.indexOf(0x0a, json.pos)
  if (newline === -1) return false
  json.pos = newline
  return json.peek() === 0x7b
}

/** The keys of a batch that count, each of which may be there once. */
export const headKeys: ReadonlySet<string> = new Set(['records', 'cluster', 'node', 'agent', 'seq'])

/**
 * Yields the keys of the next object. The caller must read each value before it asks for the next key. Throws where one
 * of `once` comes again.
 */
export function* keysOf(json: JsonScanner, once: ReadonlySet<string> = new Set()): Generator<string> {
  const before = new Set<string>()
  json.expect(0x7b, '"{"')
  if (json.peek() === 0x7d) json.pos++
  else {
    for (;;) {
      const isPlain = json.string() === plainString
      const { bytes, start, stop } = json
      const key = isPlain ? bytes.toString('latin1', start, stop) : unescapeJson(bytes, start, stop).toString()
      if (before.has(key))
        throw new AfterlogError('invalid-body', `${key} is there twice; give it once`, { parameter: key })
      if (once.has(key)) before.add(key)
      json.expect(0x3a, '":"')
      yield key
      if (json.peek() === 0x7d) break
      json.expect(0x2c, '"," or "}"')
    }
    json.pos++
  }
}

export function batchField(json: JsonScanner, key: string): Buffer | undefined {
  const kind = json.value()
  if (kind === nullValue) return undefined
  if (kind < 1 || kind > 3) throw new AfterlogError('invalid-body', `${key} must be a string`, { parameter: key })
  if (json.stop - json.start > 4096)
    throw new AfterlogError('invalid-body', `${key} must be at most 4096 bytes long`, { parameter: key })
  if (!isText(json.bytes, json.start, json.stop))
    throw new AfterlogError('invalid-body', `${key} ${notText}`, { parameter: key })
  const value = canonicalEscapes(json.bytes.subarray(json.start, json.stop))
  return value.length === 0 ? undefined : Buffer.from(value)
}

/** Skips the value of a field that no batch has. Returns whether it says something of a record. */
export const isOfRecord = (json: JsonScanner, key: string): boolean =>
  json.value() !== nullValue && (recordFields as readonly string[]).includes(key)

export const withoutRecords = (): AfterlogError =>
  new AfterlogError(
    'invalid-body',
    `records is missing, and so is message or cri, which one record has; ${rightForms}`,
    { parameter: 'records' },
  )

/** Of an object that is a batch and a record: one of them would be lost. */
export const batchAndRecord = (field: string): AfterlogError =>
  new AfterlogError(
    'invalid-body',
    `${field} is a field of a record, and stands beside records, which only a batch has; ${rightForms}`,
    { parameter: field },
  )

/** Reads our sequence number. A `seq` of another kind, as some agents send, counts as 0. */
export function batchSeq(json: JsonScanner): number {
  const seq = json.value() === numberValue ? Number(json.bytes.toString('latin1', json.start, json.stop)) : 0
  return Number.isInteger(seq) && seq > 0 && seq < 2 ** 31 ? seq : 0
}

/**
 * Returns the defaults as text, for rejected records, which leave their batch. Bytes that are not UTF-8 become U+FFFD.
 */
export function inheritedOf({ cluster, node, agent }: BatchDefaults): Required<Reject>['inherited'] {
  const read = (escaped: Buffer): string => JSON.parse(`"${escaped.toString()}"`) as string
  return { cluster: read(cluster), node: read(node), agent: read(agent) }
}
