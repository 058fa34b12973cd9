// Where one syslog message ends and the next begins. RFC 6587 has two ways: the bytes of the message in digits and a
// blank in front of it (octet counting), or a newline behind it (non-transparent framing), which a message with newlines
// does not survive. As in rsyslog, a message that begins with a digit is counted. Pure.
import { createHash, type Hash } from 'node:crypto'
import { digestDigits, markParts } from '#shared/lines/cut-mark.ts'
import { recordBytesMax } from '../normalise/line-cap.ts'

const [newline, carriageReturn, blank, nul, one, nine] = [0x0a, 0x0d, 0x20, 0x00, 0x31, 0x39]
/** So many digits may stand in front of a message. */
const digitsMax = 9

export const isCounted = (byte: number | undefined): boolean => byte !== undefined && byte >= one && byte <= nine

/** Called with each message, in [start, stop) of the bytes. They are only valid during the call. */
export type OnMessage = (bytes: Buffer, start: number, stop: number) => void

/**
 * Reads the count at `pos`. Returns the length of the message and where it begins; `length` is -1 where there is none,
 * and -2 where more bytes have to come.
 */
export function readCount(bytes: Buffer, pos: number): { length: number; start: number } {
  let length = 0
  for (let at = pos; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte === blank && at > pos) return { length, start: at + 1 }
    if (byte < 0x30 || byte > nine || at - pos === digitsMax) return { length: -1, start: at }
    length = length * 10 + byte - 0x30
  }
  return { length: -2, start: bytes.length }
}

/**
 * Where the text of a message ends: some senders end a counted one with a newline too, others with NUL. A newline may
 * have a carriage return in front of it.
 * @param isLine Whether a newline stands behind `stop`.
 */
export function textEnd(bytes: Buffer, start: number, stop: number, isLine: boolean): number {
  let end = stop
  while (end > start && (bytes[end - 1] === newline || bytes[end - 1] === nul)) end--
  const hasNewline = isLine || (end < stop && bytes[end] === newline)
  return hasNewline && end > start && bytes[end - 1] === carriageReturn ? end - 1 : end
}

/** The messages of one connection, which come in chunks. A long one is cut with a mark. */
export class SyslogFramer {
  /** The begin of a message whose end has not come. */
  private partial: Buffer = Buffer.alloc(0)
  private partialLength = 0
  /** Bytes of the message that have come and are not kept. */
  private skipped = 0
  private hash: Hash | undefined
  /** Bytes of the message at hand that are still to come; undefined where a newline ends it. */
  private left: number | undefined
  private readonly onMessage: OnMessage

  constructor(onMessage: OnMessage) {
    this.onMessage = onMessage
  }

  /** Whether the end of a message has to come. */
  get isWithin(): boolean {
    return this.partialLength > 0 || this.left !== undefined
  }

  /** Bytes of memory for a message whose end has to come. */
  get bytes(): number {
    return this.partial.length
  }

  /** Returns false where the bytes are not of the protocol: nothing says where the next message begins. */
  push(chunk: Buffer): boolean {
    let bytes = chunk
    if (this.left === undefined && this.partialLength > 0 && this.skipped === 0 && isCounted(this.partial[0])) {
      bytes = Buffer.concat([this.partial.subarray(0, this.partialLength), chunk])
      this.partialLength = 0
    }
    for (let pos = 0; pos < bytes.length;) {
      const next = this.left !== undefined || this.partialLength > 0 ? this.goOn(bytes, pos) : this.begin(bytes, pos)
      if (next < 0) return false
      pos = next
    }
    return true
  }

  /** The connection has ended. Returns whether a message was cut short, which is one only where a newline ends it. */
  end(): boolean {
    const isCut = this.left !== undefined || (this.partialLength > 0 && isCounted(this.partial[0]))
    if (!isCut && this.partialLength > 0) this.finish()
    return isCut
  }

  private begin(bytes: Buffer, pos: number): number {
    // Between messages, as senders end counted ones that end in a newline already.
    if (bytes[pos] === newline || bytes[pos] === nul) return pos + 1
    if (!isCounted(bytes[pos])) {
      const stop = bytes.indexOf(newline, pos)
      if (stop < 0) return this.keep(bytes, pos, bytes.length)
      if (stop - pos > recordBytesMax) {
        this.keep(bytes, pos, stop)
        this.finish()
      } else this.message(bytes, pos, stop, true)
      return stop + 1
    }
    const { length, start } = readCount(bytes, pos)
    if (length === -2) return this.keep(bytes, pos, bytes.length)
    if (length < 0) return -1
    if (start + length <= bytes.length && length <= recordBytesMax) {
      this.message(bytes, start, start + length, false)
      return start + length
    }
    this.left = length
    return start
  }

  private goOn(bytes: Buffer, pos: number): number {
    if (this.left === undefined) {
      const stop = bytes.indexOf(newline, pos)
      this.keep(bytes, pos, stop < 0 ? bytes.length : stop)
      if (stop < 0) return bytes.length
      this.finish()
      return stop + 1
    }
    const stop = Math.min(pos + this.left, bytes.length)
    this.keep(bytes, pos, stop)
    this.left -= stop - pos
    if (this.left === 0) this.finish()
    return stop
  }

  /** Keeps the bytes of a message that goes on, up to the most that one may have. */
  private keep(bytes: Buffer, start: number, stop: number): number {
    const room = Math.min(stop - start, recordBytesMax - this.partialLength)
    const length = this.partialLength + room
    if (length > this.partial.length) {
      const grown = Buffer.allocUnsafe(Math.min(Math.max(2 * length, 1024), recordBytesMax))
      this.partial.copy(grown, 0, 0, this.partialLength)
      this.partial = grown
    }
    bytes.copy(this.partial, this.partialLength, start, start + room)
    this.partialLength = length
    if (start + room < stop) {
      this.hash ??= createHash('sha256').update(this.partial.subarray(0, length))
      this.hash.update(bytes.subarray(start + room, stop))
      this.skipped += stop - start - room
    }
    return stop
  }

  private finish(): void {
    const { partial, partialLength, hash } = this
    let bytes: Buffer = partial.subarray(0, partialLength)
    if (hash !== undefined) bytes = cut(bytes, partialLength + this.skipped, hash)
    this.message(bytes, 0, bytes.length, this.left === undefined && hash === undefined)
    this.partial = Buffer.alloc(0)
    this.partialLength = this.skipped = 0
    this.hash = this.left = undefined
  }

  private message(bytes: Buffer, start: number, stop: number, isLine: boolean): void {
    const end = textEnd(bytes, start, stop, isLine)
    if (end > start) this.onMessage(bytes, start, end)
  }
}

/** A message with the mark of its cut, which fits into what a line may have. */
function cut(bytes: Buffer, whole: number, hash: Hash): Buffer {
  const [before, between, behind] = markParts(whole)
  let length = bytes.length - 200
  while ((bytes[length]! & 0xc0) === 0x80) length--
  const digest = hash.digest('hex').slice(0, digestDigits)
  return Buffer.concat([bytes.subarray(0, length), Buffer.from(`${before}${length}${between}${digest}${behind}`)])
}
