// The level that stands in the head of a line of text: among times, names and brackets, before its first word of prose.
// A level in prose ("no ERROR was found") states nothing of the line.
import { bracketLevel, endOfGroup } from './severity-brackets.ts'
import {
  endOfLetters,
  isBlankOrEnd,
  isColumnEnd,
  isDigit,
  isLetter,
  isLower,
  isQuote,
  isUpper,
  skipBlanks,
  skipColours,
  wordLevel,
} from './severity-bytes.ts'
import { fieldLevel, keyKind, kindOfKey, letterLevel, wordLetterLevel } from './severity-fields.ts'
import { type LastWord, lastWord } from './severity-last-word.ts'
import { wordLevelAt } from './severity-words.ts'

/** The head ends here at the latest. */
const headBytesMax = 200
const wordsMax = 14
/** Words without a sign of a name, such as a host or a thread, that a head may have behind its time. */
const bareWordsMax = 2

/** The answer of a part of the head: it states no level, and the head goes on. */
const goesOn = -1

/** Reads one head after the other. */
export class HeadLevel {
  /** Where the last head ended. */
  pos = 0
  /** Whether the text begins with fields of logfmt. */
  isLogfmt = false
  private bytes!: Buffer
  private stop = 0
  private timed = false
  private bare = 0
  private last: LastWord = lastWord.nothing

  /** Returns the index into `severities` that the head states, or 0. */
  read(bytes: Buffer, start: number, stop: number): number {
    this.bytes = bytes
    this.pos = start
    this.stop = stop
    this.isLogfmt = this.timed = false
    this.bare = 0
    this.last = lastWord.nothing
    for (let words = 0; words < wordsMax && this.pos < start + headBytesMax; words++) {
      this.skipGap()
      if (this.pos >= stop) return 0
      const level = this.word()
      if (level !== goesOn) return level
    }
    return 0
  }

  private skipGap(): void {
    const { bytes, stop } = this
    let pos = this.pos
    while (bytes[pos] === 0x20) pos++
    while (bytes[pos] === 0x5c || bytes[pos] === 0x5b) {
      const next = skipBlanks(bytes, skipColours(bytes, pos, stop), stop)
      if (next === pos) break
      pos = next
    }
    this.pos = pos
  }

  private word(): number {
    const byte = this.bytes[this.pos]!
    if (isLetter(byte)) return this.letters()
    if (isDigit(byte)) return this.digits()
    const close = closing(byte)
    if (close > 0) return this.group(close)
    if (byte >= 0x80 || isSeparator(byte)) {
      this.pos++
      return goesOn
    }
    if (byte !== 0x2f) return 0
    this.pos = this.endOfWord(this.pos)
    return this.name()
  }

  private letters(): number {
    const { bytes, pos, stop } = this
    const end = endOfLetters(bytes, pos, stop)
    const level = wordLevelAt(bytes, pos, end, stop, this.last)
    if (level > 0) return level
    if (end === pos + 1 && this.last === lastWord.time && isLetterLevel(bytes, end, stop)) {
      const letter = letterLevel(bytes[pos]!)
      if (letter > 0) return letter
    }
    const wordEnd = this.endOfWord(end)
    this.pos = wordEnd
    if (bytes[wordEnd] === 0x3d) return this.field(pos, wordEnd)
    if (bytes[wordEnd] === 0x3a) return this.beforeColon(pos, wordEnd)
    if (wordEnd === end) return this.bareWord(pos, end)
    return wordEnd === stop && isException(bytes, pos, wordEnd) ? error : this.name()
  }

  /** `host:` is a name, `level: error` a field, `java.io.IOException:` an error. */
  private beforeColon(start: number, end: number): number {
    const { bytes, stop } = this
    this.pos = end + 1
    if (isException(bytes, start, end)) return error
    if (isServerPanic(bytes, start, end)) return fatal
    const level = channelLevel(bytes, start, end)
    if (level > 0) return level
    if (this.last === lastWord.nothing && kindOfKey(bytes, start, end) === keyKind.level)
      return fieldLevel(bytes, skipBlanks(bytes, this.pos, stop), stop, keyKind.level)
    // PostgreSQL's STATEMENT, DETAIL and others: they belong to the line before.
    const isAside = isUpper(bytes, start, end) && bytes[end + 1] === 0x20 && bytes[end + 2] === 0x20
    return isAside ? 0 : this.name()
  }

  private name(): number {
    this.last = lastWord.name
    return goesOn
  }

  /** A word that is a name only by its place. */
  private bareWord(start: number, end: number): number {
    const { bytes, stop } = this
    const isColumn = isColumnEnd(bytes, skipBlanks(bytes, end, stop))
    if (isColumn || bytes[end] === 0x5b || isDateWord(bytes, start, end)) return this.name()
    if (this.last === lastWord.nothing && isTool(bytes, start, end)) {
      this.last = lastWord.time
      return goesOn
    }
    const isProse = end - start < 3 && isLower(bytes, start, end)
    if (!this.timed || isProse || ++this.bare > bareWordsMax) return 0
    this.last = lastWord.bare
    return goesOn
  }

  /** A field of logfmt. Its value states nothing but what its key says. */
  private field(start: number, end: number): number {
    const { bytes, stop } = this
    const kind = kindOfKey(bytes, start, end)
    const level = kind > 0 && kind <= keyKind.loglevel ? fieldLevel(bytes, end + 1, stop, kind) : 0
    if (level > 0) return level
    if (this.bare === 0 && this.last <= lastWord.time) {
      this.isLogfmt = true
      this.pos = start
      return 0
    }
    while (this.pos < stop && bytes[this.pos] !== 0x20) this.pos++
    return this.name()
  }

  private digits(): number {
    const { bytes, pos } = this
    const end = this.endOfWord(pos)
    let digits = 0
    let dots = 0
    let isDate = false
    for (let at = pos; at < end; at++) {
      const byte = bytes[at]!
      if (isDigit(byte)) digits++
      else if (byte === 0x2e) dots++
      else if (byte === 0x3a || byte === 0x2d || byte === 0x2f) isDate = true
    }
    this.pos = end
    const isWhole = digits === end - pos
    if (dots < 3 && (digits > 7 || (digits > 3 && (isDate || dots === 2)))) {
      this.timed = true
      this.last = lastWord.time
    } else if (!isWhole) this.last = lastWord.name
    // The number of a process may follow the time.
    else if (!this.timed || this.last === lastWord.bare) this.last = lastWord.number
    return goesOn
  }

  /** Brackets, where the level may stand in. */
  private group(close: number): number {
    const { bytes, pos } = this
    const end = close === 0x7d && isQuote(bytes, pos + 1) ? -1 : endOfGroup(bytes, pos, this.stop, close)
    if (end < 0) return 0
    const isOfName = isLetter(bytes[pos - 1]) && this.last === lastWord.name
    const level = !isOfName && (close === 0x5d || close === 0x3e) ? bracketLevel(bytes, pos + 1, end) : 0
    if (level > 0) return level
    if (close === 0x5d && end === pos + 2 && !isOfName && isGroupEnd(bytes, end + 1, this.stop)) {
      const letter = wordLetterLevel(bytes[pos + 1]!)
      if (letter > 0) return letter
    }
    this.pos = end + 1
    let hasColon = false
    for (let at = pos; at < end && !hasColon; at++) hasColon = bytes[at] === 0x3a && isDigit(bytes[at + 1])
    if (!hasColon) return this.last === lastWord.time ? goesOn : this.name()
    this.timed = true
    this.last = lastWord.time
    return goesOn
  }

  /** A word ends at a blank, an escape, a bracket, a bar, an equals sign, and a comma or a colon behind it. */
  private endOfWord(start: number): number {
    const { bytes, stop } = this
    let pos = start
    for (; pos < stop; pos++) {
      const byte = bytes[pos]!
      if (byte === 0x20 || byte === 0x5c || byte === 0x3d || byte === 0x7c || byte === 0x5b) break
      if (
        (byte === 0x2c || byte === 0x3a) &&
        !isDigit(bytes[pos + 1]) &&
        (byte === 0x2c || isBlankOrEnd(bytes, pos + 1, stop))
      )
        break
    }
    return pos
  }
}

const [error, fatal] = [5, 6]

/** Returns the bracket that closes the one given, or 0. */
const closing = (open: number): number =>
  open === 0x5b ? 0x5d : open === 0x3c ? 0x3e : open === 0x28 ? 0x29 : open === 0x7b ? 0x7d : 0

const separators = new Uint8Array(256)
for (const byte of Buffer.from('-|:*#=>,;+.~')) separators[byte] = 1
const isSeparator = (byte: number): boolean => separators[byte] === 1

/** A blank, an escape, a colon or another bracket is next: `[E] x`, and not `[E]rror`. */
const isGroupEnd = (bytes: Buffer, at: number, stop: number): boolean =>
  isBlankOrEnd(bytes, at, stop) || bytes[at] === 0x3a || bytes[at] === 0x5b

/** A letter behind the time: `I | …` of etcd, `E NETWORK …` of MongoDB, `E AndroidRuntime: …`. */
function isLetterLevel(bytes: Buffer, end: number, stop: number): boolean {
  const next = skipBlanks(bytes, end, stop)
  return next > end && (bytes[next] === 0x7c || (bytes[next]! >= 0x41 && bytes[next]! <= 0x5a))
}

const [errorName, exceptionName] = ['Error', 'Exception'].map((name) => Buffer.from(name)) as [Buffer, Buffer]

/** `java.lang.IllegalStateException`, `TypeError`. */
function isException(bytes: Buffer, start: number, end: number): boolean {
  const name = bytes[end - 1] === 0x72 ? errorName : exceptionName
  if (end - start <= name.length) return false
  for (let i = 1; i <= name.length; i++) if (bytes[end - i] !== name[name.length - i]) return false
  for (let at = start; at < end; at++) if (bytes[at] === 0x2f) return false
  return true
}

/** `http: panic serving 10.0.0.1:4711: …`, as Go's server has it. */
const isServerPanic = (bytes: Buffer, start: number, end: number): boolean =>
  end - start === 4 &&
  bytes[start] === 0x68 &&
  bytes.toString('latin1', start, end + serverPanic.length - 4) === serverPanic
const serverPanic = 'http: panic serving '

/** Monolog's line: `production.ERROR:`. */
function channelLevel(bytes: Buffer, start: number, end: number): number {
  let from = end
  while (from > start && isLetter(bytes[from - 1])) from--
  return from > start && bytes[from - 1] === 0x2e && isUpper(bytes, from, end) ? wordLevel(bytes, from, end, true) : 0
}

const dateWords = new Set('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec Mon Tue Wed Thu Fri Sat Sun'.split(' '))
const isDateWord = (bytes: Buffer, start: number, end: number): boolean =>
  end - start === 3 &&
  bytes[start]! < 0x61 &&
  bytes[start + 1]! >= 0x61 &&
  dateWords.has(bytes.toString('latin1', start, end))

/** npm and PHP put their names before the level. */
const isTool = (bytes: Buffer, start: number, end: number): boolean =>
  end - start === 3 &&
  (bytes[start] === 0x6e || bytes[start] === 0x50) &&
  ['npm', 'PHP'].includes(bytes.toString('latin1', start, end))
