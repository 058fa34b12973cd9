// The level that a line of JSON states: a field of its top level, or of `log` there, wherever it stands. A field that
// lies deeper, or inside a string, states nothing of the line.
import { JsonMembers } from './json-members.ts'
import { endOfString, isDigit, isQuote } from './severity-bytes.ts'
import { fieldLevel, isSure, keyKind, kindOfKey } from './severity-fields.ts'

/** Reads one object after the other. It keeps what it has read of the last one. */
export class JsonLevel {
  /** Where the text of the line lies, JSON-escaped twice; -1 where there is none. */
  messageStart = -1
  messageStop = -1
  private readonly members = new JsonMembers()
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
    this.isGelf = this.isSerilog = this.isMongo = false
    this.weak = this.number = 0
    const level = this.fields(bytes, start + 1, stop)
    if (level > 0) return level
    if (this.isGelf && this.number > 0) return this.number
    return this.weak > 0 ? this.weak : this.isSerilog ? info : 0
  }

  /** Whether it was an object as far as it was read. */
  get isObject(): boolean {
    return this.members.isObject
  }

  /** Whether the level was a word that has no other meaning. */
  isSure(bytes: Buffer, stop: number): boolean {
    return this.valueStart >= 0 && isSure(bytes, this.valueStart, stop, this.valueKind)
  }

  private fields(bytes: Buffer, start: number, stop: number): number {
    const { members } = this
    members.begin(bytes, start, stop)
    while (members.next()) {
      const kind = kindOfKey(bytes, members.key, members.keyEnd)
      if (kind === keyKind.container && members.isInner()) members.enter()
      else if (kind > 0) {
        const level = this.field(bytes, members.value, stop, kind)
        if (level > 0) return level
      }
    }
    return 0
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
