// The labels and attributes of a record: objects whose values become strings, as the engine's Map(String, String)
// needs.
import { digestOfWhole } from '#shared/lines/cut-mark.ts'
import { JsonScanner, nested, nullValue } from './json-scanner.ts'
import { canonicalEscapes, escapeJson } from './json-escape.ts'

/** The most bytes of a record's labels or attributes. A larger map is replaced by a mark. */
export const mapBytesMax = 256 * 1024

/** The bytes of a key and its value of which no spelling fits: an escape of six bytes stands for one. */
const rawBytesMax = 12 * mapBytesMax

/**
 * Rewrites the object at [start, stop), which the scanner has checked, as an object of strings. Nulls are dropped;
 * numbers, true and false become their text, nested values their JSON. Returns undefined where it is not an object.
 */
export function readStringMap(bytes: Buffer, start: number, stop: number): Buffer | undefined {
  if (bytes[start] !== 0x7b) return undefined
  const json = new JsonScanner(bytes, start + 1, stop)
  const pieces: Buffer[] = []
  let length = 1
  while (json.peek() !== 0x7d) {
    json.string()
    const rawKey = bytes.subarray(json.start, json.stop)
    json.expect(0x3a, '":"')
    const kind = json.value()
    const value = bytes.subarray(json.start, json.stop)
    if (kind !== nullValue) {
      if (rawKey.length + value.length > rawBytesMax) return cutMap(bytes.subarray(start, stop))
      const key = canonicalEscapes(rawKey)
      const text = kind === nested ? escapeJson(value) : canonicalEscapes(value)
      pieces.push(quoted(key), colon, quoted(text), comma)
      length += key.length + text.length + 6
      // The length as stored counts, so that a map that fits still fits when Kafka's copy of it is decoded.
      if (length > mapBytesMax) return cutMap(bytes.subarray(start, stop))
    }
    if (json.peek() === 0x2c) json.pos++
  }
  pieces.pop()
  return Buffer.concat([open, ...pieces, close])
}

/** The mark that replaces this map. Its digest is of the map as it was sent: maps that differ have different marks. */
export const cutMap = (map: Buffer): Buffer =>
  Buffer.from(`{"afterlog.cut":"${map.length} bytes were left out, SHA-256 ${digestOfWhole(map)}"}`)

const open = Buffer.from('{')
const close = Buffer.from('}')
const colon = Buffer.from(':')
const comma = Buffer.from(',')
const quote = Buffer.from('"')
const quoted = (text: Buffer): Buffer => Buffer.concat([quote, text, quote])
