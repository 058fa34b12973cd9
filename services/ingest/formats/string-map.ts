// The labels and attributes of a record: objects whose values become strings, as the engine's Map(String, String)
// needs.
import { digestOfWhole } from '#shared/lines/cut-mark.ts'
import { escapedString, JsonScanner, nested, nullValue, unicodeString, type ValueKind } from './json-scanner.ts'
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
    const keyKind = json.string()
    const rawKey = bytes.subarray(json.start, json.stop)
    json.expect(0x3a, '":"')
    const kind = json.value()
    const value = bytes.subarray(json.start, json.stop)
    if (kind !== nullValue) {
      if (rawKey.length + value.length > rawBytesMax) return cutMap(bytes.subarray(start, stop))
      const key = canonical(rawKey, keyKind)
      const text = kind === nested ? escapeJson(value) : canonical(value, kind)
      pieces.push(quote, key, between, text, end)
      length += key.length + text.length + 6
      // The length as stored counts, so that a map that fits still fits when Kafka's copy of it is decoded.
      if (length > mapBytesMax) return cutMap(bytes.subarray(start, stop))
    }
    if (json.peek() === 0x2c) json.pos++
  }
  if (pieces.length === 0) return Buffer.from('{}')
  pieces[pieces.length - 1] = lastEnd
  return Buffer.concat([open, ...pieces])
}

/** The mark that replaces this map. Its digest is of the map as it was sent: maps that differ have different marks. */
export const cutMap = (map: Buffer): Buffer =>
  Buffer.from(`{"afterlog.cut":"${map.length} bytes were left out, SHA-256 ${digestOfWhole(map)}"}`)

const open = Buffer.from('{')
const quote = Buffer.from('"')
const between = Buffer.from('":"')
const end = Buffer.from('",')
const lastEnd = Buffer.from('"}')

/** Only strings with escapes have more than one spelling. */
const canonical = (text: Buffer, kind: ValueKind): Buffer =>
  kind === escapedString || kind === unicodeString ? canonicalEscapes(text) : text
