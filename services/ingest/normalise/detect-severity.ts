// The severity that a text states, by rules in order: a level field of JSON or logfmt, the beginning of the line, its head,
// a level in brackets behind it. docs/formats.md has them with examples. A false error is worse than none.
import { beginningLevel } from './severity-beginnings.ts'
import { endOfLetters, endOfString, isQuote, isUpper, skipBlanks, skipColours, wordLevel } from './severity-bytes.ts'
import { fieldLevel, keyKind, kindOfKey } from './severity-fields.ts'
import { HeadLevel } from './severity-text.ts'
import { JsonLevel } from './severity-json.ts'
import { LevelSearch } from './severity-search.ts'

/** Reads one text after the other, without making an object. */
export class SeverityDetector {
  private readonly json = new JsonLevel()
  private readonly head = new HeadLevel()
  private readonly search = new LevelSearch(this.json)

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
    const { head, search } = this
    const word = beginningLevel(bytes, start, stop) || head.read(bytes, start, stop)
    if (word === 0 && head.isLogfmt) return logfmtLevel(bytes, head.pos, stop)
    return search.read(bytes, start, stop, word > 0 ? stop : head.pos) || word || search.likely
  }
}

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
