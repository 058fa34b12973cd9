// The severity that a sender sends. A word or number that means none of the six severities is kept as an attribute, and
// the severity is read from the text, as of a line without one.
import { normaliseSeverity, severities } from '../normalise/severity.ts'
import { canonicalEscapes, escapeJson } from './json-escape.ts'
import { JsonScanner, nested, none, nullValue } from './json-scanner.ts'
import { type RecordScanner, slot } from './record-scanner.ts'
import { cutMap, mapBytesMax } from './string-map.ts'

/** Returns the index into `severities` that the record names, 0 where it names none, -1 for anything else. */
export function readSeverity(slots: RecordScanner, bytes: Buffer): number {
  const kind = slots.kind[slot.severity]!
  if (kind === none || kind === nullValue) return 0
  if (kind === nested) return -1
  const word = bytes.toString('latin1', slots.start[slot.severity], slots.stop[slot.severity])
  return severities.indexOf(normaliseSeverity(word)) || (word.trim() === '' ? 0 : -1)
}

/** The first name that the sender has not used has the severity that is none. */
function freeName(attributes: Buffer): string {
  const used = keysOf(attributes)
  const name = ['severity', 'afterlog.severity'].find((each) => !used.has(each))
  if (name !== undefined) return name
  let number = 2
  while (used.has(`afterlog.severity.${number}`)) number++
  return `afterlog.severity.${number}`
}

/** Returns the attributes, an object of strings, with the severity that the record sent. */
export function withSeverity(attributes: Buffer, slots: RecordScanner, bytes: Buffer): Buffer {
  const sent = bytes.subarray(slots.start[slot.severity], slots.stop[slot.severity])
  const name = freeName(attributes)
  const value = slots.kind[slot.severity] === nested ? escapeJson(sent) : canonicalEscapes(sent)
  const isEmpty = attributes.length === emptyMapLength
  const all = Buffer.concat([
    attributes.subarray(0, -1),
    Buffer.from(`${isEmpty ? '' : ','}"${name}":"`),
    value,
    Buffer.from('"}'),
  ])
  return all.length > mapBytesMax ? cutMap(all) : all
}

const emptyMapLength = 2

function keysOf(map: Buffer): Set<string> {
  const json = new JsonScanner(map, 1, map.length)
  const keys = new Set<string>()
  while (json.peek() === 0x22) {
    json.string()
    keys.add(map.toString('latin1', json.start, json.stop))
    json.expect(0x3a, '":"')
    json.value()
    if (json.peek() === 0x2c) json.pos++
  }
  return keys
}
