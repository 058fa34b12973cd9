// Finds where a msgpack value ends in bytes that come in pieces, without making anything of it. It counts what is still
// to come, so that no nesting and no length makes it deep or large.
import {
  array,
  kinds,
  type Kind,
  lengthBytes,
  lengthOf,
  lengths,
  map,
  MsgpackSyntaxError,
  unused,
} from './msgpack-heads.ts'

export class MsgpackScanner {
  /** Values that are still to come, the outermost one among them. */
  private values = 1
  /** Bytes of the present value that are still to come. */
  private left = 0
  /** Bytes of its length that are still to come, and what has come of them. */
  private lengthLeft = 0
  private length = 0
  private kind: Kind = unused
  /** Bytes of the value in pieces before the present one. */
  private before = 0
  /**
   * Of a value that is an array: where its last element begins, counted from the array's first byte; -1 before that has
   * come. So what stands behind a great many values is found without going over them again.
   */
  lastElementAt = -1

  /** The fewest bytes with which the value can end. */
  get bytesToCome(): number {
    return this.values + this.left + this.lengthLeft
  }

  /**
   * Goes on with the bytes from `at`. Returns where the value ends, and then begins with the next one; or -1 where its
   * end is not among the bytes. Throws MsgpackSyntaxError with a position in these bytes.
   */
  scan(bytes: Buffer, at: number): number {
    const end = this.goOn(bytes, at)
    this.before = end === -1 ? this.before + bytes.length - at : 0
    return end
  }

  private goOn(bytes: Buffer, at: number): number {
    if (this.before === 0) this.lastElementAt = -1
    let pos = at
    for (;;) {
      if (this.left > 0) {
        const there = Math.min(this.left, bytes.length - pos)
        pos += there
        this.left -= there
        if (this.left > 0) return -1
      }
      if (this.lengthLeft > 0) {
        if (pos === bytes.length) return -1
        this.length = this.length * 256 + bytes[pos++]!
        if (--this.lengthLeft === 0) this.take(lengthOf(this.kind, this.length))
        continue
      }
      const isInside = this.before > 0 || pos > at
      if (this.values === 1 && isInside && this.lastElementAt === -1) this.lastElementAt = this.before + pos - at
      if (this.values === 0) {
        this.values = 1
        return pos
      }
      if (pos === bytes.length) return -1
      const byte = bytes[pos++]!
      this.values--
      this.kind = kinds[byte]!
      if (this.kind === unused) throw new MsgpackSyntaxError('0xc1 begins no value', pos - 1)
      this.length = 0
      this.lengthLeft = lengthBytes[byte]!
      if (this.lengthLeft === 0) this.take(lengths[byte]!)
    }
  }

  private take(length: number): void {
    if (this.kind === array || this.kind === map) this.values += length
    else this.left = length
  }
}
