// Messages of the Forward protocol out of the bytes of a connection, which come in any pieces. What a message announces
// is refused before it is there, where it is too much. Pure.
import { hex, MsgpackSyntaxError } from '../../formats/msgpack-heads.ts'
import { MsgpackScanner } from '../../formats/msgpack-scanner.ts'
import { Blocks } from '../../sources/blocks.ts'

/** Why a stream cannot be read any further, as a sentence. */
export class BrokenStream extends Error {}

export interface Frame {
  bytes: Buffer
  /** Where the last element of its array begins. */
  lastElementAt: number
}

export class Frames {
  /** The most bytes of a message, and what sets it. */
  limit: { bytes: number; name: string }
  private readonly scanner = new MsgpackScanner()
  private begun = new Blocks()
  /** Bytes of the stream in front of the present piece. */
  private before = 0

  constructor(limit: { bytes: number; name: string }) {
    this.limit = limit
  }

  /** Bytes of a message whose end has not come. */
  get bytes(): number {
    return this.begun.bytes
  }

  /** Yields the messages that end in the piece. Throws BrokenStream. */
  *push(piece: Buffer): Generator<Frame> {
    for (let at = 0; at < piece.length;) {
      if (this.bytes === 0) checkFirst(piece[at]!)
      const end = this.scan(piece, at)
      const part = piece.subarray(at, end === -1 ? piece.length : end)
      const bytes = this.bytes + part.length + (end === -1 ? this.scanner.bytesToCome : 0)
      if (bytes > this.limit.bytes)
        throw new BrokenStream(
          `an event has ${bytes} bytes or more, of at most ${this.limit.bytes} (${this.limit.name})`,
        )
      if (end === -1) {
        this.begun.add(part)
        break
      }
      const { lastElementAt } = this.scanner
      yield { bytes: this.bytes === 0 ? part : this.end(part), lastElementAt }
      at = end
    }
    this.before += piece.length
  }

  private scan(piece: Buffer, at: number): number {
    try {
      return this.scanner.scan(piece, at)
    } catch (error) {
      if (!(error instanceof MsgpackSyntaxError)) throw error
      throw new BrokenStream(`${error.message}, at byte ${this.before + error.position} of the connection`)
    }
  }

  private end(part: Buffer): Buffer {
    this.begun.add(part)
    const whole = this.begun.whole()
    this.begun = new Blocks()
    return whole
  }
}

/** A message is an array, or the nil of a heartbeat. */
function checkFirst(byte: number): void {
  if ((byte & 0xf0) === 0x90 || byte === 0xdc || byte === 0xdd || byte === 0xc0) return
  const guess =
    byte === 0x16
      ? ': the sender speaks TLS, which is not spoken here'
      : byte === 0x5b || byte === 0x7b
        ? ': the sender speaks JSON, and msgpack is read here'
        : byte >= 0x41 && byte <= 0x5a
          ? ': the sender seems to speak HTTP'
          : ''
  throw new BrokenStream(`no event of the Forward protocol begins with ${hex(byte)}${guess}`)
}
