// Writes bytes of a file as NDJSON records. A line never becomes a JavaScript string: its bytes are copied with JSON's
// escapes. Bytes that are not UTF-8 stay as they are, since POST /v1/batches stores bytes as received.

/** By byte: 0 copies it, 1 writes \u00XX, other values are the letter behind the backslash. */
const escapes = new Uint8Array(256)
escapes.fill(1, 0, 0x20)
for (const [byte, letter] of [
  [0x22, 0x22],
  [0x5c, 0x5c],
  [0x08, 0x62],
  [0x09, 0x74],
  [0x0a, 0x6e],
  [0x0c, 0x66],
  [0x0d, 0x72],
] as const) {
  escapes[byte] = letter
}
const hex = Buffer.from('0123456789abcdef')
const ofLength = Buffer.from(',"length":')
const endOfRecord = Buffer.from('"}\n')
const endOfFile = Buffer.from('","eof":true}\n')

export class RecordWriter {
  length = 0
  private out: Buffer
  private readonly spare: Buffer[] = []
  private readonly initialBytes: number

  /** @param bytesHint The size of a full body. */
  constructor(bytesHint: number) {
    this.initialBytes = bytesHint
    this.out = Buffer.allocUnsafeSlow(bytesHint)
  }

  /**
   * Writes a record without its end. `head` is JSON up to the value of offset, `field` is the JSON between the length
   * and the text (`,"cri":"`). The next call must be `close`.
   */
  open(head: Buffer, field: Buffer, bytes: Buffer, start: number, end: number, offset: number, length: number): void {
    this.reserve(head.length + field.length + 64 + 6 * (end - start))
    this.copy(head)
    this.digits(offset)
    this.copy(ofLength)
    this.digits(length)
    this.copy(field)
    this.escaped(bytes, start, end)
  }

  close(eof: boolean): void {
    this.reserve(endOfFile.length)
    this.copy(eof ? endOfFile : endOfRecord)
  }

  /** Returns the bytes written so far, which belong to the caller from now on, and begins a new body. */
  take(): Buffer {
    const body = this.out.subarray(0, this.length)
    this.out = this.spare.pop() ?? Buffer.allocUnsafeSlow(this.initialBytes)
    this.length = 0
    return body
  }

  /**
   * Takes back what `take` returned, once it is no longer read: large buffers are expensive to allocate and to collect.
   */
  recycle(body: Buffer): void {
    this.spare.push(Buffer.from(body.buffer))
  }

  private reserve(more: number): void {
    if (this.length + more <= this.out.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(this.out.length + (this.out.length >> 1), this.length + more))
    this.out.copy(grown, 0, 0, this.length)
    this.out = grown
  }

  private copy(bytes: Buffer): void {
    this.length += bytes.copy(this.out, this.length)
  }

  private digits(value: number): void {
    let digits = 1
    for (let power = 10; power <= value; power *= 10) digits++
    let rest = value
    for (let at = this.length + digits - 1; at >= this.length; at--) {
      const tenth = Math.floor(rest / 10)
      this.out[at] = 0x30 + (rest - tenth * 10)
      rest = tenth
    }
    this.length += digits
  }

  private escaped(bytes: Buffer, start: number, end: number): void {
    const { out } = this
    let to = this.length
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!
      const escape = escapes[byte]!
      if (escape === 0) out[to++] = byte
      else {
        out[to++] = 0x5c
        if (escape === 1) {
          out[to] = 0x75
          out[to + 1] = out[to + 2] = 0x30
          out[to + 3] = hex[byte >> 4]!
          out[to + 4] = hex[byte & 15]!
          to += 5
        } else out[to++] = escape
      }
    }
    this.length = to
  }
}
