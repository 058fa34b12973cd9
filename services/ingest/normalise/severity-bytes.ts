// Bytes of a text, JSON-escaped as it is stored: what a level word is, and where blanks, colours and strings end. A
// string inside such a text, as JSON logs have it, is escaped twice: its quotes are `\"`, a quote in it `\\\"`.
import { fieldWords, levelWords, severities } from './severity.ts'

interface LevelWord {
  bytes: Buffer
  level: number
  /** Whether it is of `levelWords`. */
  plain: boolean
}

const byFirstLetter: (readonly LevelWord[] | undefined)[] = Array.from({ length: 128 })
for (const [words, plain] of [
  [levelWords, true],
  [fieldWords, false],
] as const) {
  for (const [word, severity] of Object.entries(words)) {
    const bytes = Buffer.from(word)
    const others = byFirstLetter[bytes[0]!] ?? []
    byFirstLetter[bytes[0]!] = [...others, { bytes, level: severities.indexOf(severity), plain }]
  }
}

/**
 * Returns the index into `severities` for the word at [start, stop), in any case, or 0. `plain` asks for a word that
 * states a level wherever one may stand.
 */
export function wordLevel(bytes: Buffer, start: number, stop: number, plain: boolean): number {
  const length = stop - start
  if (length < 3 || length > 13) return 0
  const words = byFirstLetter[bytes[start]! | 0x20]
  if (words === undefined) return 0
  for (let w = 0; w < words.length; w++) {
    const word = words[w]!
    if (word.bytes.length !== length || (plain && !word.plain)) continue
    let i = 1
    while (i < length && (bytes[start + i]! | 0x20) === word.bytes[i]) i++
    if (i === length) return word.level
  }
  return 0
}

const letters = new Uint8Array(256)
for (let i = 0; i < 26; i++) letters[0x41 + i] = letters[0x61 + i] = 1

export const isLetter = (byte: number | undefined): boolean => byte !== undefined && letters[byte] === 1
export const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39

export function endOfLetters(bytes: Buffer, start: number, stop: number): number {
  let pos = start
  while (pos < stop && letters[bytes[pos]!] === 1) pos++
  return pos
}

export function isUpper(bytes: Buffer, start: number, stop: number): boolean {
  for (let i = start; i < stop; i++) if (bytes[i]! > 0x5a) return false
  return true
}

export function isLower(bytes: Buffer, start: number, stop: number): boolean {
  for (let i = start; i < stop; i++) if (bytes[i]! < 0x61) return false
  return true
}

export const isQuote = (bytes: Buffer, at: number): boolean => bytes[at] === 0x5c && bytes[at + 1] === 0x22

/** Skips spaces, tabs and the ends of lines. */
export function skipBlanks(bytes: Buffer, start: number, stop: number): number {
  let pos = start
  while (pos < stop) {
    if (bytes[pos] === 0x20) pos++
    else if (bytes[pos] === 0x5c && isBlankEscape(bytes[pos + 1])) pos += 2
    else break
  }
  return pos
}

export const isBlankOrEnd = (bytes: Buffer, at: number, stop: number): boolean =>
  at >= stop || bytes[at] === 0x20 || bytes[at] === 0x5c

/** Whether the word before is a column of its own: a bar, or a dash and a blank, is next. */
export const isColumnEnd = (bytes: Buffer, at: number): boolean =>
  bytes[at] === 0x7c || (bytes[at] === 0x2d && bytes[at + 1] === 0x20)

const isBlankEscape = (escape: number | undefined): boolean => escape === 0x74 || escape === 0x6e || escape === 0x72

/** Skips colours, `ESC [ 3 1 m`, also inside a string of JSON, and where the ESC was lost on the way. */
export function skipColours(bytes: Buffer, start: number, stop: number): number {
  for (let pos = start; ;) {
    let at = pos
    if (bytes[at] === 0x5c && bytes[at + 1] === 0x5c) at++
    const escaped = isEscapeCharacter(bytes, at)
    if (escaped) at += 6
    else if (at !== pos) return pos
    if (bytes[at] !== 0x5b) return pos
    const digits = ++at
    while (at < stop && (isDigit(bytes[at]) || bytes[at] === 0x3b)) at++
    if (at >= stop || (escaped ? !isLetter(bytes[at]) : bytes[at] !== 0x6d || at === digits)) return pos
    pos = at + 1
  }
}

/** Returns where the colours, and the blanks before them, begin that end at `stop`; `stop` where there are none. */
export function startOfColour(bytes: Buffer, stop: number, start: number): number {
  let from = stop
  for (let pos = stop; pos > start && bytes[pos - 1] === 0x6d; pos = from) {
    pos--
    while (pos > start && (isDigit(bytes[pos - 1]) || bytes[pos - 1] === 0x3b)) pos--
    if (pos === start || bytes[pos - 1] !== 0x5b) break
    from = pos - 1
    if (from - 6 >= start && isEscapeCharacter(bytes, from - 6)) from -= 6
  }
  if (from < stop) while (from > start && bytes[from - 1] === 0x20) from--
  return from
}

/** Whether `\u001b` is next. */
const isEscapeCharacter = (bytes: Buffer, at: number): boolean =>
  bytes[at] === 0x5c &&
  bytes[at + 1] === 0x75 &&
  bytes[at + 2] === 0x30 &&
  bytes[at + 4] === 0x31 &&
  (bytes[at + 5]! | 0x20) === 0x62

/** Returns where the string of JSON whose content begins at `start` ends: at its closing quote, or at `stop`. */
export function endOfString(bytes: Buffer, start: number, stop: number): number {
  let pos = start
  while (pos < stop) {
    if (bytes[pos] !== 0x5c) {
      pos++
      continue
    }
    const escape = bytes[pos + 1]
    if (escape === 0x22) return pos
    if (escape === 0x5c) pos += bytes[pos + 2] === 0x5c ? 4 : 3
    else pos += escape === 0x75 ? 6 : 2
  }
  return stop
}
