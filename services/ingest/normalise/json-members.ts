// Walks through the members of a JSON object that is the text of a line, as it is stored: escaped twice. What is no
// JSON ends the walk.
import { endOfString, isQuote, skipBlanks } from './severity-bytes.ts'

/** One object after the other. */
export class JsonMembers {
  /** The key of the member at hand, [key, keyEnd), and where its value begins. */
  key = 0
  keyEnd = 0
  value = 0
  /** Whether it was an object as far as it was read. */
  isObject = false
  /** Behind the object, once `next` has come to its end; -1 before, and where it does not. */
  end = -1
  private bytes: Buffer = Buffer.alloc(0)
  private stop = 0
  private pos = 0
  /** Of the value that `next` skips; -1 where there is none. */
  private skipped = -1
  private depth = 0

  /** `start`: behind the brace. */
  begin(bytes: Buffer, start: number, stop: number): void {
    this.bytes = bytes
    this.pos = start
    this.stop = stop
    this.skipped = -1
    this.depth = 0
    this.isObject = false
    this.end = -1
  }

  /** Goes to the next member. */
  next(): boolean {
    const { bytes, stop } = this
    let pos = this.skipped < 0 ? this.pos : endOfValue(bytes, this.skipped, stop)
    this.skipped = -1
    for (; ; pos++) {
      pos = skipBlanks(bytes, pos, stop)
      if (pos >= stop) return false
      const byte = bytes[pos]
      if (byte === 0x2c) continue
      if (byte !== 0x7d) break
      if (this.depth === 0) {
        this.isObject = true
        this.end = pos + 1
        return false
      }
      this.depth--
    }
    if (!isQuote(bytes, pos)) return false
    this.key = pos + 2
    this.keyEnd = endOfString(bytes, this.key, stop)
    pos = skipBlanks(bytes, this.keyEnd + 2, stop)
    if (bytes[pos] !== 0x3a) return false
    this.isObject = true
    this.value = this.skipped = skipBlanks(bytes, pos + 1, stop)
    return true
  }

  /** Whether the member is one of a value that was entered. */
  get isInside(): boolean {
    return this.depth > 0
  }

  /** Whether the value is an object, and nothing but the line is around the member. */
  isInner(): boolean {
    return this.bytes[this.value] === 0x7b && this.depth === 0
  }

  /** The members of the value, which is an object, come next. */
  enter(): void {
    this.depth++
    this.pos = this.value + 1
    this.skipped = -1
  }
}

/** Returns where the value at `start` ends. */
function endOfValue(bytes: Buffer, start: number, stop: number): number {
  let depth = 0
  for (let pos = start; pos < stop;) {
    const byte = bytes[pos]!
    if (byte === 0x5c) {
      pos = bytes[pos + 1] === 0x22 ? endOfString(bytes, pos + 2, stop) + 2 : pos + 2
      if (depth === 0) return pos
      continue
    }
    if (byte === 0x7b || byte === 0x5b) depth++
    else if (byte === 0x7d || byte === 0x5d) {
      if (depth === 0) return pos
      if (--depth === 0) return pos + 1
    } else if (byte === 0x2c && depth === 0) return pos
    pos++
  }
  return stop
}
