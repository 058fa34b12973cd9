// The severity that a text states, by rules in order: a level field of JSON, the beginning of the line, its head, a level
// field or a level in brackets behind it. docs/formats.md has them with examples. A false error is worse than none.
import { beginningLevel } from './severity-beginnings.ts'
import { bracketLevel, endOfGroup } from './severity-brackets.ts'
import {
  endOfLetters,
  endOfString,
  isLetter,
  isQuote,
  isUpper,
  skipBlanks,
  skipColours,
  wordLevel,
} from './severity-bytes.ts'
import { fieldLevel, keyKind, kindOfKey } from './severity-fields.ts'
import { HeadLevel } from './severity-text.ts'
import { JsonLevel } from './severity-json.ts'

/** How many bytes of a text that is not logfmt are searched for a level behind its head. */
const searchBytesMax = 160

/** Reads one text after the other, without making an object. */
export class SeverityDetector {
  private readonly json = new JsonLevel()
  private readonly head = new HeadLevel()

  /** Returns the index into `severities` of the level that a text, JSON-escaped, states; or 0. */
  detect(bytes: Buffer, start: number, stop: number): number {
    const first = bytes[start]
    let pos = start
    if (first === 0x20 || first === 0x5c || first === 0x5b) pos = skipColours(bytes, skipBlanks(bytes, pos, stop), stop)
    if (pos >= stop) return 0
    if (bytes[pos] !== 0x7b) return this.text(bytes, pos, stop)
    const level = this.json.read(bytes, pos, stop)
    if (level > 0) return level
    if (!this.json.isObject) return this.text(bytes, pos, stop)
    const { messageStart, messageStop } = this.json
    return messageStart < messageStop ? this.ofMessage(bytes, messageStart, messageStop) : 0
  }

  /** Of JSON that has no level the beginning and the head of its message count. */
  private ofMessage(bytes: Buffer, start: number, stop: number): number {
    const pos = skipColours(bytes, start, stop)
    return beginningLevel(bytes, pos, stop) || this.head.read(bytes, pos, stop)
  }

  private text(bytes: Buffer, start: number, stop: number): number {
    const level = beginningLevel(bytes, start, stop) || this.head.read(bytes, start, stop)
    if (level > 0) return level
    const { pos, isLogfmt } = this.head
    return isLogfmt
      ? logfmtLevel(bytes, pos, stop)
      : this.search(bytes, pos, Math.min(stop, start + searchBytesMax), stop)
  }

  /** Looks for `level=…`, `[error]` and an object of JSON behind the head. */
  private search(bytes: Buffer, start: number, end: number, stop: number): number {
    for (let pos = start; pos < end; pos++) {
      const byte = bytes[pos]!
      if (marks[byte] === 0) continue
      if (byte === 0x3d) {
        const level = levelBefore(bytes, pos, start, stop)
        if (level > 0) return level
      } else if (byte === 0x5b) {
        if (pos > start && !isGap(bytes, pos - 1)) continue
        const close = endOfGroup(bytes, pos, stop, 0x5d)
        const level = close < 0 ? 0 : bracketLevel(bytes, pos + 1, close)
        if (level > 0) return level
      } else if (byte === 0x7b && isQuote(bytes, pos + 1)) return this.json.read(bytes, pos, stop)
    }
    return 0
  }
}

const marks = new Uint8Array(256)
for (const byte of Buffer.from('=[{')) marks[byte] = 1

/** Returns the level of the field whose equals sign is at `at`, or 0. */
function levelBefore(bytes: Buffer, at: number, start: number, stop: number): number {
  let from = at
  while (from > start && isKeyByte(bytes[from - 1]!)) from--
  if (from === at || (from > start && !isGap(bytes, from - 1))) return 0
  const kind = kindOfKey(bytes, from, at)
  return kind > 0 && kind <= keyKind.loglevel ? fieldLevel(bytes, at + 1, stop, kind) : 0
}

const isKeyByte = (byte: number): boolean => isLetter(byte) || byte === 0x2e || byte === 0x5f || byte === 0x40

/** A field, or a bracket, begins behind a blank, a comma, a bracket or a bar. */
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

/** Returns the level field of a line of logfmt, wherever it stands, or else its first level in capitals. */
function logfmtLevel(bytes: Buffer, start: number, stop: number): number {
  let word = 0
  for (let pos = start; pos < stop;) {
    pos = skipBlanks(bytes, pos, stop)
    const key = pos
    while (pos < stop && bytes[pos] !== 0x20 && bytes[pos] !== 0x3d && bytes[pos] !== 0x5c) pos++
    if (bytes[pos] === 0x3d) {
      const kind = kindOfKey(bytes, key, pos)
      const level = kind > 0 && kind <= keyKind.loglevel ? fieldLevel(bytes, pos + 1, stop, kind) : 0
      if (level > 0) return level
      pos = isQuote(bytes, pos + 1) ? endOfString(bytes, pos + 3, stop) + 2 : pos + 1
      while (pos < stop && bytes[pos] !== 0x20) pos++
    } else if (word === 0 && pos > key) {
      const end = endOfLetters(bytes, key, pos)
      const isWhole = end === pos || (bytes[end] === 0x3a && end + 1 === pos)
      if (isWhole && isUpper(bytes, key, end)) word = wordLevel(bytes, key, end, true)
    }
    if (bytes[pos] === 0x5c) pos += 2
  }
  return word
}
