// The level that a line of JSON states: a field of its top level, or of `log` there, wherever it stands. A field that
// lies deeper, or inside a string, states nothing of the line.
import { endOfString, isDigit, isQuote, skipBlanks } from './severity-bytes.ts'
import { fieldLevel, isSure, keyKind, kindOfKey } from './severity-fields.ts'

/** Reads one object after the other. It keeps what it has read of the last one. */
export class JsonLevel {
  /** Where the text of the line lies, JSON-escaped twice; -1 where there is none. */
  messageStart = -1
  messageStop = -1
  /** Whether it was an object as far as it was read. */
  isObject = false
  private valueStart = -1
  private valueKind = 0
  private weak = 0
  private number = 0
  private isGelf = false
  private isSerilog = false
  private isMongo = false

  /** Returns the index into `severities` that the object at `start` states, or 0. */
  read(bytes: Buffer, start: number, stop: number): number {
    this.messageStart = this.valueStart = -1
    this.isObject = this.isGelf = this.isSerilog = this.isMongo = false
    this.weak = this.number = 0
    const level = this.members(bytes, start + 1, stop)
    if (level > 0) return level
    if (this.isGelf && this.number > 0) return this.number
    return this.weak > 0 ? this.weak : this.isSerilog ? info : 0
  }

  /** Whether the level was a word that has no other meaning. */
  isSure(bytes: Buffer, stop: number): boolean {
    return this.valueStart >= 0 && isSure(bytes, this.valueStart, stop, this.valueKind)
  }

  private members(bytes: Buffer, start: number, stop: number): number {
    let inContainer = false
    for (let pos = start; ;) {
      pos = skipBlanks(bytes, pos, stop)
      if (pos >= stop) return 0
      const byte = bytes[pos]
      if (byte === 0x7d && inContainer) inContainer = false
      else if (byte === 0x7d) {
        this.isObject = true
        return 0
      } else if (byte !== 0x2c) {
        if (!isQuote(bytes, pos)) return 0
        const key = pos + 2
        const keyEnd = endOfString(bytes, key, stop)
        pos = skipBlanks(bytes, keyEnd + 2, stop)
        if (bytes[pos] !== 0x3a) return 0
        this.isObject = true
        pos = skipBlanks(bytes, pos + 1, stop)
        const kind = kindOfKey(bytes, key, keyEnd)
        if (kind === keyKind.container && bytes[pos] === 0x7b && !inContainer) {
          inContainer = true
          pos++
          continue
        }
        if (kind > 0) {
          const level = this.field(bytes, pos, stop, kind)
          if (level > 0) return level
        }
        pos = endOfValue(bytes, pos, stop)
        continue
      }
      pos++
    }
  }

  /** Returns a level that is sure. One that depends on the other fields is kept. */
  private field(bytes: Buffer, start: number, stop: number, kind: number): number {
    if (kind <= keyKind.loglevel) {
      const level = fieldLevel(bytes, start, stop, kind)
      if (kind === keyKind.priority && isDigit(bytes[isQuote(bytes, start) ? start + 2 : start])) this.weak ||= level
      else if (level > 0) {
        this.valueStart = start
        this.valueKind = kind
        return level
      } else if (kind === keyKind.level) this.number ||= fieldLevel(bytes, start, stop, keyKind.priority)
    } else if (kind === keyKind.gelf) this.isGelf = true
    else if (kind === keyKind.serilog) this.isSerilog = true
    else if (kind === keyKind.mongo) this.isMongo ||= bytes[start] === 0x7b
    else if (kind === keyKind.letter) return this.isMongo ? fieldLevel(bytes, start, stop, kind) : 0
    else if (isQuote(bytes, start) && this.messageStart < 0) {
      this.messageStart = start + 2
      this.messageStop = endOfString(bytes, start + 2, stop)
    }
    return 0
  }
}

const info = 3

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
