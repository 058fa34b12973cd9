// The head of a native batch: its keys, the fields that hold for all of its records, and whether it is a batch at all.
import { AfterlogError } from '#shared/errors.ts'
import type { Origin } from '../normalise/origin.ts'
import { canonicalEscapes, escapeJson } from './json-escape.ts'
import { type JsonScanner, JsonSyntaxError, nullValue, numberValue } from './json-scanner.ts'
import type { RecordScanner } from './record-scanner.ts'

/** Defaults for all records of a batch, JSON-escaped. */
export interface BatchDefaults {
  cluster: Buffer
  node: Buffer
  agent: Buffer
}

/** Returns the defaults that the origin of a batch gives. */
export function defaultsOf({ cluster, node, agent }: Pick<Origin, 'cluster' | 'node' | 'agent'>): BatchDefaults {
  const escaped = (value: string): Buffer => escapeJson(Buffer.from(value))
  return { cluster: escaped(cluster), node: escaped(node), agent: escaped(agent) }
}

/**
 * Reads the first object to decide the form of the body: whether the object has `records`, and whether anything follows
 * it. For the answer `record` that one record has been read, from where `json` stood to where it stands.
 */
export function formOf(json: JsonScanner, slots: RecordScanner): 'batch' | 'record' | 'lines' {
  const first = json.peek()
  if (first === -1) throw new AfterlogError('invalid-body', 'the message is empty')
  try {
    if (first === 0x5b) {
      json.value()
      return json.peek() === -1 ? 'batch' : 'lines'
    }
    if (slots.readUntil(json, recordsKey)) return 'batch'
    const stop = json.pos
    if (json.peek() !== -1) return 'lines'
    json.pos = stop
    return 'record'
  } catch (error) {
    if (error instanceof JsonSyntaxError) return first === 0x5b ? 'batch' : 'lines'
    throw error
  }
}

const recordsKey = Buffer.from('records')

/** Yields the keys of the next object. The caller must read each value before it asks for the next key. */
export function* keysOf(json: JsonScanner): Generator<string> {
  json.expect(0x7b, '"{"')
  if (json.peek() === 0x7d) json.pos++
  else {
    for (;;) {
      json.string()
      const key = json.bytes.toString('latin1', json.start, json.stop)
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
  const value = canonicalEscapes(json.bytes.subarray(json.start, json.stop))
  return value.length === 0 ? undefined : Buffer.from(value)
}

/** Reads our sequence number. A `seq` of another kind, as some agents send, counts as 0. */
export function batchSeq(json: JsonScanner): number {
  const seq = json.value() === numberValue ? Number(json.bytes.toString('latin1', json.start, json.stop)) : 0
  return Number.isInteger(seq) && seq > 0 && seq < 2 ** 31 ? seq : 0
}
