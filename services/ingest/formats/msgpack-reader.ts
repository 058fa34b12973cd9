// Reads msgpack values in place, one after the other, with their bytes as they are. Libraries make an object of each
// value first, and keep the bytes of text that is not UTF-8 at several times the cost of this, or not at all.
// https://github.com/msgpack/msgpack/blob/master/spec.md
import { isUtf8 } from 'node:buffer'
import type { Fields, Value } from './agent-values.ts'
import {
  array,
  binary,
  boolean,
  extension,
  hex,
  kinds,
  type Kind,
  lengthBytes,
  lengthOf,
  lengths,
  map,
  MsgpackSyntaxError,
  unused,
  nil,
  number,
  string,
} from './msgpack-heads.ts'

/** Maps and arrays inside each other that `value` makes. */
const depthMax = 64

/** Text that is not UTF-8, where it was to be read as such. */
export class NotUtf8 extends Error {}

/** A value that is nested deeper than it is read. */
export class TooDeep extends Error {}

export class MsgpackReader {
  readonly bytes: Buffer
  pos: number
  /** Where the last value ends. */
  stop: number
  private readonly encoding: 'utf8' | 'latin1'

  /** @param encoding `latin1` makes a character of each byte. With `utf8`, text that is not UTF-8 throws NotUtf8. */
  constructor(bytes: Buffer, encoding: 'utf8' | 'latin1' = 'utf8', pos = 0, stop = bytes.length) {
    this.bytes = bytes
    this.encoding = encoding
    this.pos = pos
    this.stop = stop
  }

  /** The kind of the next value. */
  peek(): Kind {
    if (this.pos >= this.stop) this.endTooSoon()
    return kinds[this.bytes[this.pos]!]!
  }

  /** Reads the first byte and the length of a value. */
  private head(kind: Kind, what: string): number {
    const byte = this.bytes[this.pos]
    if (this.pos >= this.stop || byte === undefined) return this.endTooSoon()
    if (kinds[byte] !== kind) this.fail(`${what} should stand where ${hex(byte)} does`)
    this.pos++
    const size = lengthBytes[byte]!
    return size === 0 ? lengths[byte]! : lengthOf(kind, this.unsigned(size))
  }

  private unsigned(size: number): number {
    const start = this.advance(size)
    return this.bytes.readUIntBE(start, size)
  }

  /** Goes over so many bytes, and returns where they begin. */
  private advance(size: number): number {
    const start = this.pos
    if (size > this.stop - start) this.endTooSoon()
    this.pos = start + size
    return start
  }

  private endTooSoon(): never {
    return this.fail('the bytes end inside of a value', this.stop)
  }

  private fail(message: string, position = this.pos): never {
    throw new MsgpackSyntaxError(message, position)
  }

  /** Reads the head of an array, and returns how many values follow. */
  arrayLength(): number {
    return this.head(array, 'an array')
  }

  /** Reads the head of a map, and returns how many pairs follow. */
  mapLength(): number {
    return this.head(map, 'a map') / 2
  }

  /** Reads a text or bytes, and returns where they lie. */
  raw(): Buffer {
    const kind = this.peek()
    const size = this.head(kind === binary ? binary : string, 'a text')
    const start = this.advance(size)
    return this.bytes.subarray(start, start + size)
  }

  /** Reads an extension: its type, and its data. */
  extension(): { type: number; data: Buffer } {
    const size = this.head(extension, 'an extension')
    const start = this.advance(size)
    return { type: this.bytes.readInt8(start), data: this.bytes.subarray(start + 1, start + size) }
  }

  private text(kind: Kind): string {
    const size = this.head(kind, 'a text')
    const start = this.advance(size)
    const text = this.bytes.toString(this.encoding, start, start + size)
    if (this.encoding === 'utf8' && text.includes('\ufffd') && !isUtf8(this.bytes.subarray(start, start + size)))
      throw new NotUtf8()
    return text
  }

  /** The key of a pair, as text whatever it is. */
  key(): string {
    if (this.peek() === string) return this.text(string)
    const value = this.value()
    return typeof value === 'object' ? '' : String(value)
  }

  private number(): number | bigint {
    const { bytes } = this
    const byte = bytes[this.pos]!
    const size = this.head(number, 'a number')
    if (size === 0) return byte < 0x80 ? byte : byte - 0x100
    const start = this.advance(size)
    if (byte === 0xca) return bytes.readFloatBE(start)
    if (byte === 0xcb) return bytes.readDoubleBE(start)
    const isSigned = byte >= 0xd0
    if (size < 8) return isSigned ? bytes.readIntBE(start, size) : bytes.readUIntBE(start, size)
    const large = isSigned ? bytes.readBigInt64BE(start) : bytes.readBigUInt64BE(start)
    return large >= -maxSafe && large <= maxSafe ? Number(large) : large
  }

  /** Reads any value. Bytes are text; an extension is its data. Throws TooDeep. */
  value(depth = 0): Value {
    const kind = this.peek()
    switch (kind) {
      case string:
      case binary:
        return this.text(kind)
      case number:
        return this.number()
      case boolean:
        return this.bytes[this.pos++] === 0xc3
      case nil:
        this.pos++
        return null
      case extension:
        return this.extension().data
      case array:
        return this.array(depth)
      case map:
        return this.map(depth)
      case unused:
        return this.fail('0xc1 begins no value')
      default:
        return kind satisfies never
    }
  }

  private array(depth: number): Value {
    if (depth >= depthMax) throw new TooDeep()
    const values: Value[] = []
    for (let left = this.arrayLength(); left > 0; left--) values.push(this.value(depth + 1))
    return values
  }

  private map(depth: number): Fields {
    if (depth >= depthMax) throw new TooDeep()
    // Without a prototype, so that the key __proto__ is one as any other.
    const fields = Object.create(null) as Record<string, Value>
    for (let left = this.mapLength(); left > 0; left--) {
      const key = this.key()
      fields[key] = this.value(depth + 1)
    }
    return fields
  }

  /** Goes over a value, however deep it is. */
  skip(): void {
    for (let values = 1; values > 0; values--) {
      const kind = this.peek()
      if (kind === unused) this.fail('0xc1 begins no value')
      const length = this.head(kind, '')
      if (kind === array || kind === map) values += length
      else this.advance(length)
    }
  }
}

const maxSafe = BigInt(Number.MAX_SAFE_INTEGER)
