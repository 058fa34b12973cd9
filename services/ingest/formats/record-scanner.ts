// Scans one record of a native batch (docs/formats.md) without making an object: for each known field it notes where
// the value lies in the body and of what kind it is. Unknown fields are checked for syntax and skipped.
import { unescapeJson } from './json-escape.ts'
import { type JsonScanner, nested, none, plainString, unicodeString, escapedString } from './json-scanner.ts'

export const recordFields = [
  'time',
  'namespace',
  'pod',
  'podUid',
  'container',
  'restart',
  'containerId',
  'stream',
  'message',
  'offset',
  'length',
  'file',
  'eof',
  'partial',
  'severity',
  'traceId',
  'spanId',
  'labels',
  'attributes',
  'path',
  'cri',
  'unit',
  'node',
  'cluster',
  'agent',
  'ordinal',
  'verbatim',
  'mark',
  // Of a batch alone: a record that has it is rejected.
  'records',
] as const

export type RecordField = (typeof recordFields)[number]

const fieldCount = recordFields.length
/** The index of a field's slot, by the field's name. */
export const slot = Object.fromEntries(recordFields.map((name, index) => [name, index])) as Record<RecordField, number>

const keysByLength: readonly (readonly { bytes: Buffer; index: number }[])[] = Array.from({ length: 16 }, (_, length) =>
  recordFields.flatMap((name, index) => (name.length === length ? [{ bytes: Buffer.from(name), index }] : [])),
)

/** The slots of the last record read. One scanner serves one decoder and holds nothing of earlier records. */
export class RecordScanner {
  readonly kind = new Uint8Array(fieldCount)
  readonly start = new Int32Array(fieldCount)
  readonly stop = new Int32Array(fieldCount)

  /** Reads the next object of `json`. Throws JsonSyntaxError. Of a repeated key the last value counts. */
  read(json: JsonScanner): void {
    this.readUntil(json, -1)
  }

  /** Reads as `read` does, up to a value of this slot that is not null. There it returns true. */
  readUntil(json: JsonScanner, until: number): boolean {
    this.kind.fill(none)
    json.expect(0x7b, '"{"')
    if (json.peek() === 0x7d) {
      json.pos++
      return false
    }
    for (;;) {
      const keyKind = json.string()
      const index = this.fieldAt(json, keyKind)
      json.expect(0x3a, '":"')
      if (index === until && index >= 0 && json.peek() !== 0x6e) return true
      const kind = json.value()
      if (index >= 0) {
        this.kind[index] = kind
        this.start[index] = json.start
        this.stop[index] = json.stop
      }
      const byte = json.peek()
      if (byte === 0x7d) {
        json.pos++
        return false
      }
      if (byte !== 0x2c) json.fail('"," or "}"')
      json.pos++
    }
  }

  isString(index: number): boolean {
    const kind = this.kind[index]
    return kind === plainString || kind === escapedString || kind === unicodeString
  }

  isNested(index: number): boolean {
    return this.kind[index] === nested
  }

  private fieldAt(json: JsonScanner, keyKind: number): number {
    if (keyKind !== plainString) {
      const name = unescapeJson(json.bytes, json.start, json.stop).toString()
      return (recordFields as readonly string[]).indexOf(name)
    }
    const { bytes, start, stop } = json
    const candidates = keysByLength[stop - start]
    if (candidates === undefined) return -1
    for (let c = 0; c < candidates.length; c++) {
      const candidate = candidates[c]!
      const key = candidate.bytes
      let i = 0
      while (i < key.length && key[i] === bytes[start + i]) i++
      if (i === key.length) return candidate.index
    }
    return -1
  }
}
