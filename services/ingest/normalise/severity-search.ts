// A level field of logfmt or an object of JSON anywhere in a text, and a level in brackets behind its head.
import { bracketLevel, endOfGroup } from './severity-brackets.ts'
import { endOfString, isDigit, isLetter, isQuote, startOfColour } from './severity-bytes.ts'
import { fieldLevel, fieldValue, isSure, keyKind, kindOfKey } from './severity-fields.ts'
import type { JsonLevel } from './severity-json.ts'

/** How many bytes of a text are searched for a level in brackets. */
const bracketBytesMax = 160
/** A field is found in the first and in the last of so many bytes. */
const fieldBytesMax = 1024
/** How often the next mark is looked for by the runtime; behind these, as in `======`, byte by byte. */
const leapsMax = 8

const [equals, brace, bracket] = [0x3d, 0x7b, 0x5b]

/** Searches one text after the other. */
export class LevelSearch {
  /** The level of a number, a letter or a word that also means something else: less sure than a word of the head. */
  likely = 0
  private bytes!: Buffer
  private start = 0
  private stop = 0
  /** Where the last text in quotes lies that `isQuoted` has come to, and how far that has read. */
  private quoteStart = 0
  private quoteStop = 0
  private quotesRead = 0
  /** Whether an object was read: those behind its brace may lie in it. */
  private hasObject = false
  private readonly json: JsonLevel

  constructor(json: JsonLevel) {
    this.json = json
  }

  /** Returns the level of a field, or 0. Levels in brackets are read from `head` on, and are likely. */
  read(bytes: Buffer, start: number, stop: number, head: number): number {
    this.bytes = bytes
    this.start = this.quoteStart = this.quoteStop = this.quotesRead = start
    this.stop = stop
    this.likely = 0
    this.hasObject = false
    const firstStop = Math.min(stop, start + fieldBytesMax)
    const level = this.fields(start, firstStop) || this.fields(Math.max(firstStop, stop - fieldBytesMax), stop)
    if (level === 0 && this.likely === 0) this.brackets(head, Math.min(stop, start + bracketBytesMax))
    return level
  }

  private fields(from: number, to: number): number {
    if (from >= to) return 0
    const part = this.bytes.subarray(from, to)
    return this.marksOf(part, from, equals) || this.marksOf(part, from, brace)
  }

  private brackets(from: number, to: number): void {
    if (from >= to) return
    const part = this.bytes.subarray(from, to)
    for (let at = part.indexOf(bracket); at >= 0 && this.likely === 0; at = part.indexOf(bracket, at + 1))
      this.likely = this.bracket(from + at)
  }

  private marksOf(part: Buffer, from: number, mark: number): number {
    let at = part.indexOf(mark)
    for (let leaps = 1; at >= 0; leaps++) {
      const level = this.mark(from + at)
      if (level > 0) return level
      at++
      if (leaps < leapsMax) at = part.indexOf(mark, at)
      else {
        while (at < part.length && part[at] !== mark) at++
        if (at === part.length) return 0
      }
    }
    return 0
  }

  private mark(at: number): number {
    const { bytes } = this
    if (bytes[at] === equals) return this.field(at)
    if (this.hasObject || !isQuote(bytes, at + 1)) return 0
    if ((at > this.start && !isGap(bytes, at - 1)) || this.isQuoted(at)) return 0
    const level = this.json.read(bytes, at, this.stop)
    this.hasObject = this.json.isObject
    if (level > 0 && this.json.isSure(bytes, this.stop)) return level
    if (this.likely === 0) this.likely = level
    return 0
  }

  /** Of the field whose equals sign is at `at`. The key may have a colour of its own. */
  private field(at: number): number {
    const { bytes, start, stop } = this
    const end = startOfColour(bytes, at, start)
    let from = end
    while (from > start && isKeyByte(bytes[from - 1]!)) from--
    // The letter that ends a colour.
    if (bytes[from] === 0x6d && from > start && isDigit(bytes[from - 1])) from++
    else if (from > start && !isGap(bytes, from - 1)) return 0
    const kind = from < end ? kindOfKey(bytes, from, end) : 0
    if (kind === 0 || kind > keyKind.loglevel || this.isQuoted(from)) return 0
    const value = fieldValue(bytes, at + 1, stop)
    // A condition of SQL has its value in apostrophes.
    if (value > at + 1 && bytes[value - 1] === 0x27) return 0
    const level = fieldLevel(bytes, at + 1, stop, kind)
    if (level > 0 && isSure(bytes, value, stop, kind)) return level
    if (this.likely === 0) this.likely = level
    return 0
  }

  private bracket(at: number): number {
    const { bytes, start, stop } = this
    if (at > start && !isGap(bytes, at - 1)) return 0
    const close = endOfGroup(bytes, at, stop, 0x5d)
    return close < 0 ? 0 : bracketLevel(bytes, at + 1, close)
  }

  /** Whether quotes that are closed stand around `at`. Reads on from where it was asked before. */
  private isQuoted(at: number): boolean {
    const { bytes, start, stop } = this
    if (at < this.quoteStart) this.quoteStart = this.quoteStop = this.quotesRead = start
    let pos = this.quotesRead
    while (pos < at) {
      if (bytes[pos] !== 0x5c) pos++
      else if (bytes[pos + 1] !== 0x22) pos += 2
      else {
        this.quoteStart = pos
        this.quoteStop = endOfString(bytes, pos + 2, stop)
        pos = this.quoteStop + 2
      }
    }
    this.quotesRead = pos
    return at > this.quoteStart && at < this.quoteStop && this.quoteStop < stop
  }
}

const isKeyByte = (byte: number): boolean => isLetter(byte) || byte === 0x2e || byte === 0x5f || byte === 0x40

/** A field, an object or a bracket begins behind a blank, a comma, a bracket or a bar. */
const isGap = (bytes: Buffer, at: number): boolean =>
  bytes[at] === 0x20 ||
  bytes[at] === 0x2c ||
  bytes[at] === 0x5b ||
  bytes[at] === 0x5d ||
  bytes[at] === 0x28 ||
  bytes[at] === 0x7c ||
  bytes[at] === 0x3a ||
  bytes[at] === 0x3b ||
  (bytes[at - 1] === 0x5c && bytes[at] === 0x74)
