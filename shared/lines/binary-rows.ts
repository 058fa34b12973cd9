// Values of RowBinary, one after the other, as ClickHouse's documentation of the format has them: numbers
// little-endian, strings behind their length as LEB128.

/** Thrown where the bytes end inside a value. */
const cut = new Error('the engine ended its answer inside a row')

export class BinaryRows {
  readonly bytes: Buffer
  at = 0

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  get ended(): boolean {
    return this.at === this.bytes.length
  }

  need(count: number): number {
    const from = this.at
    if (from + count > this.bytes.length) throw cut
    this.at = from + count
    return from
  }

  byte(): number {
    return this.bytes[this.need(1)]!
  }

  int32(): number {
    return this.bytes.readInt32LE(this.need(4))
  }

  uint32(): number {
    return this.bytes.readUInt32LE(this.need(4))
  }

  int64(): bigint {
    return this.bytes.readBigInt64LE(this.need(8))
  }

  uint64(): bigint {
    return this.bytes.readBigUInt64LE(this.need(8))
  }

  length(): number {
    let value = 0
    for (let shift = 1; ; shift *= 128) {
      const byte = this.byte()
      value += (byte & 127) * shift
      if (byte < 128) return value
    }
  }

  raw(): Buffer {
    const count = this.length()
    const from = this.need(count)
    return this.bytes.subarray(from, from + count)
  }

  text(): string {
    const count = this.length()
    if (count === 0) return ''
    const from = this.need(count)
    return this.bytes.toString('utf8', from, from + count)
  }

  map(): Record<string, string> {
    const entries: [string, string][] = []
    for (let count = this.length(); count > 0; count--) entries.push([this.text(), this.text()])
    return Object.fromEntries(entries)
  }
}
