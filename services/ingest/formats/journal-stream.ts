// Splits the export format of the journal, which comes in chunks and may never end, into whole entries. Pure. What one
// entry takes is bounded: a long field is cut with a mark, and of a long entry the fields behind are left out. Of
// systemd-coredump, for one, an entry may have a field of 768 MiB.
// https://systemd.io/JOURNAL_EXPORT_FORMATS/#journal-export-format
import { createHash, type Hash } from 'node:crypto'
import { AfterlogError } from '#shared/errors.ts'
import { digestDigits, markParts } from '#shared/lines/cut-mark.ts'
import { recordBytesMax } from '../normalise/line-cap.ts'
import { RowWriter } from '../store/row-writer.ts'

/** Of journald: journal_field_valid(). */
const nameBytesMax = 64
/** Of systemd-journal-remote: DATA_SIZE_MAX. */
const fieldBytesMax = 768 * 1024 * 1024
const entryBytesMax = 2 * 1024 * 1024
/** The field with the number of those that were left out. */
export const leftOutField = 'AFTERLOG_CUT'
const [newline, equals] = [0x0a, 0x3d]
const sizeBytes = 8

export interface JournalEntries {
  /** Entries, each with the blank line behind it. */
  body: Buffer
  count: number
}

type Reading = 'name' | 'text' | 'size' | 'binary' | 'behind-binary'

export class JournalStream {
  private to: RowWriter
  /** Where the last whole entry ends, and how many there are. */
  private whole = 0
  private count = 0
  private reading: Reading = 'name'
  private readonly name = Buffer.alloc(nameBytesMax)
  private nameLength = 0
  private readonly size = Buffer.alloc(sizeBytes)
  private sizeLength = 0
  /** Bytes of the value so far; of a binary one that it has, and that are kept. */
  private length = 0
  private declared = 0
  private keptMax = recordBytesMax
  private hash: Hash | undefined
  private leftOut = 0
  private fields = 0
  /** Bytes before the chunk at hand. */
  private passed = 0

  /** @param bytesHint How much may come before `take`. */
  constructor(bytesHint: number) {
    this.to = new RowWriter(bytesHint)
  }

  /** Bytes of memory for what was not taken. */
  get bytes(): number {
    return this.to.bytes.length
  }

  /** Bytes of whole entries. */
  get wholeBytes(): number {
    return this.whole
  }

  /** Throws AfterlogError `invalid-body` where the bytes are not of the format. */
  push(chunk: Buffer): void {
    for (let pos = 0; pos < chunk.length;) pos = this.step(chunk, pos)
    this.passed += chunk.length
  }

  /** The stream has ended. Throws as `push` where it ends within a field. A last entry needs no blank line. */
  end(): void {
    if (this.reading !== 'name' || this.nameLength > 0) throw this.broken(0, 'the body is cut short')
    if (this.fields > 0) this.endEntry()
  }

  /** Returns the whole entries, in memory of their own. */
  take(): JournalEntries {
    const { to, whole, count } = this
    const body = to.bytes.subarray(0, whole)
    this.to = new RowWriter(Math.min(to.bytes.length, 4 * (to.length - whole) + startBytes))
    this.to.copy(to.bytes, whole, to.length)
    this.whole = this.count = 0
    return { body, count }
  }

  /** Reads on from `pos`, and returns how far. */
  private step(chunk: Buffer, pos: number): number {
    switch (this.reading) {
      case 'name':
        return this.readName(chunk, pos)
      case 'text':
        return this.readText(chunk, pos)
      case 'size':
        return this.readSize(chunk, pos)
      case 'binary':
        return this.readBinary(chunk, pos)
      case 'behind-binary':
        return this.readNewline(chunk, pos)
    }
  }

  private readName(chunk: Buffer, pos: number): number {
    for (; pos < chunk.length; pos++) {
      const byte = chunk[pos]!
      if (byte === equals) return this.begin(true, pos)
      if (byte === newline) {
        if (this.nameLength > 0) return this.begin(false, pos)
        if (this.fields > 0) this.endEntry()
        continue
      }
      if (this.nameLength === nameBytesMax || !isNameByte(byte))
        throw this.broken(pos, `expected the name of a field, of at most ${nameBytesMax} letters, digits and _,`)
      this.name[this.nameLength++] = byte
    }
    return pos
  }

  private begin(isText: boolean, pos: number): number {
    if (this.nameLength === 0) throw this.broken(pos, 'expected the name of a field before "="')
    this.fields++
    this.length = 0
    this.hash = undefined
    this.keptMax = this.to.length - this.whole > entryBytesMax ? -1 : recordBytesMax
    if (this.keptMax < 0) this.leftOut++
    else {
      this.to.copy(this.name, 0, this.nameLength)
      this.to.byte(isText ? equals : newline)
    }
    this.nameLength = 0
    this.sizeLength = 0
    this.reading = isText ? 'text' : 'size'
    return pos + 1
  }

  private readText(chunk: Buffer, pos: number): number {
    const end = chunk.indexOf(newline, pos)
    const stop = end < 0 ? chunk.length : end
    this.addValue(chunk, pos, stop)
    if (end < 0) return stop
    this.endValue()
    return end + 1
  }

  private readSize(chunk: Buffer, pos: number): number {
    this.size[this.sizeLength++] = chunk[pos]!
    if (this.sizeLength < sizeBytes) return pos + 1
    const size = this.size.readBigUInt64LE()
    if (size > fieldBytesMax)
      throw this.broken(pos, `a field says that it has ${size} bytes, of at most ${fieldBytesMax}`)
    const declared = (this.declared = Number(size))
    if (this.keptMax >= 0) {
      const length = declared <= this.keptMax ? declared : this.keptMax + this.markLength(declared)
      this.size.writeBigUInt64LE(BigInt(length))
      this.to.copy(this.size)
    }
    this.reading = declared === 0 ? 'behind-binary' : 'binary'
    return pos + 1
  }

  private readBinary(chunk: Buffer, pos: number): number {
    const stop = Math.min(chunk.length, pos + this.declared - this.length)
    this.addValue(chunk, pos, stop)
    if (this.length === this.declared) this.reading = 'behind-binary'
    return stop
  }

  private readNewline(chunk: Buffer, pos: number): number {
    if (chunk[pos] !== newline) throw this.broken(pos, 'expected a newline behind a binary field')
    this.endValue()
    return pos + 1
  }

  private addValue(chunk: Buffer, start: number, stop: number): void {
    const { to, keptMax } = this
    const room = Math.max(keptMax - this.length, 0)
    const before = this.length
    this.length += stop - start
    if (this.length > fieldBytesMax) throw this.broken(start, `a field has more than ${fieldBytesMax} bytes`)
    if (keptMax < 0) return
    to.copy(chunk, start, Math.min(start + room, stop))
    if (this.length <= keptMax) return
    this.hash ??= createHash('sha256').update(to.bytes.subarray(to.length - keptMax, to.length))
    if (before < keptMax) start += room
    this.hash.update(chunk.subarray(start, stop))
  }

  private endValue(): void {
    this.reading = 'name'
    if (this.keptMax < 0) return
    if (this.hash !== undefined) {
      const [before, between, behind] = markParts(this.length)
      this.to.text(`${before}${recordBytesMax}${between}${this.hash.digest('hex').slice(0, digestDigits)}${behind}`)
    }
    this.to.byte(newline)
  }

  private markLength(bytes: number): number {
    const [before, between, behind] = markParts(bytes)
    return Buffer.byteLength(`${before}${recordBytesMax}${between}${behind}`) + digestDigits
  }

  private endEntry(): void {
    if (this.leftOut > 0) this.to.text(`${leftOutField}=${this.leftOut} fields were left out\n`)
    this.to.byte(newline)
    this.leftOut = this.fields = 0
    this.whole = this.to.length
    this.count++
  }

  private broken(pos: number, detail: string): AfterlogError {
    const position = this.passed + pos
    return new AfterlogError(
      'invalid-body',
      `the body is not in the journal's export format: ${detail} at byte ${position}`,
      {
        position,
      },
    )
  }
}

const startBytes = 16 * 1024

/** Upper-case by the format; some writers of the format are not as strict. */
const isNameByte = (byte: number): boolean =>
  (byte >= 0x41 && byte <= 0x5a) ||
  byte === 0x5f ||
  (byte >= 0x30 && byte <= 0x39) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  byte === 0x2e ||
  byte === 0x2d
