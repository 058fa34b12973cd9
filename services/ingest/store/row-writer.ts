// Writes bytes of JSONCompactEachRow into a growing buffer, without a string or an object per row.
import type { BufferPool } from '../buffer/buffer-pool.ts'

const quote = 0x22
const zero = 0x30

export class RowWriter {
  bytes: Buffer
  length = 0
  private readonly pool: BufferPool | undefined

  /** @param pool Supplies the buffer, and takes it back with `release`. */
  constructor(capacity: number, pool?: BufferPool) {
    this.pool = pool
    this.bytes = this.allocate(Math.max(capacity, 1024))
  }

  private allocate(bytes: number): Buffer {
    return this.pool === undefined ? Buffer.allocUnsafe(bytes) : this.pool.take(bytes)
  }

  ensure(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const grown = this.allocate(Math.max(this.bytes.length * 2, this.length + more))
    this.bytes.copy(grown, 0, 0, this.length)
    this.release()
    this.bytes = grown
  }

  /** Returns the buffer to the pool. The caller must not read it afterwards. */
  release(): void {
    this.pool?.give(this.bytes)
  }

  byte(value: number): void {
    this.ensure(1)
    this.bytes[this.length++] = value
  }

  /** Copies source[start, stop). */
  copy(source: Buffer, start = 0, stop = source.length): void {
    const size = stop - start
    this.ensure(size)
    const { bytes } = this
    let at = this.length
    // A call of Buffer.copy costs more than a short loop.
    if (size <= 48) for (let i = start; i < stop; i++) bytes[at++] = source[i]!
    else source.copy(bytes, at, start, stop)
    this.length += size
  }

  /** Writes a string as UTF-8. */
  text(value: string): void {
    this.ensure(Buffer.byteLength(value))
    this.length += this.bytes.write(value, this.length)
  }

  /** Writes a whole number between -(2^53 - 1) and 2^53 - 1. */
  integer(value: number): void {
    this.ensure(20)
    const { bytes } = this
    if (value < 0) {
      bytes[this.length++] = 0x2d
      value = -value
    }
    let digits = 1
    for (let limit = 10; digits < 16 && value >= limit; limit *= 10) digits++
    let at = this.length + digits
    this.length = at
    for (let i = 0; i < digits; i++) {
      const rest = Math.floor(value / 10)
      bytes[--at] = zero + (value - rest * 10)
      value = rest
    }
  }

  /** Writes a quoted DateTime64(9) as the engine reads it: `"2026-11-23 10:00:00.123456789"`. */
  time(seconds: number, nanos: number): void {
    this.ensure(40)
    this.bytes[this.length++] = quote
    const day = Math.floor(seconds / 86_400)
    this.date(day)
    const rest = seconds - day * 86_400
    this.bytes[this.length++] = 0x20
    this.padded(Math.floor(rest / 3600), 2)
    this.bytes[this.length++] = 0x3a
    this.padded(Math.floor(rest / 60) % 60, 2)
    this.bytes[this.length++] = 0x3a
    this.padded(rest % 60, 2)
    this.bytes[this.length++] = 0x2e
    this.padded(nanos, 9)
    this.bytes[this.length++] = quote
  }

  private lastDay = Number.NaN
  private readonly lastDate = Buffer.alloc(10)

  private date(day: number): void {
    if (day !== this.lastDay) {
      this.lastDate.write(new Date(day * 86_400_000).toISOString().slice(0, 10), 0, 'latin1')
      this.lastDay = day
    }
    this.copy(this.lastDate)
  }

  private padded(value: number, width: number): void {
    const { bytes } = this
    for (let i = width - 1; i >= 0; i--) {
      const rest = Math.floor(value / 10)
      bytes[this.length + i] = zero + (value - rest * 10)
      value = rest
    }
    this.length += width
  }

  /** Returns the rows written so far. The writer must not be used afterwards. */
  take(): Buffer {
    return this.bytes.subarray(0, this.length)
  }
}
