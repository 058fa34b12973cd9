// error  "connection refused"  10.0.0.1  trace_id=abc  java.lang.*
// A literal matches whatever its case, and only where its ends are ends of words: 10.0.0.1 is not in 110.0.0.12. Indexes
// lead to its words, and the text that is searched (message-text.ts) is compared on the lines that are left.
import { sql, str, type Fragment } from '#shared/clickhouse/sql.ts'
import { hasFilteredWord, hasWord, haveWords } from './message-index.ts'
import {
  atEscapes,
  hasControls,
  isApart,
  loweredReadText,
  marked,
  mayHide,
  readText,
  searchedText,
} from './message-text.ts'

/** A word or a phrase: any text, with its spaces and punctuation as they are. */
export function literalSql(text: string): Fragment {
  return boundedSql(text, { openEnd: false })
}

/**
 * The same for one of several alternatives that have bloom filters. The engine joins what the filters say of up to 32
 * conditions of a statement, so the filter is asked for the longest word alone.
 */
export const filteredLiteralSql = (text: string): Fragment =>
  boundedSql(text, { openEnd: false, has: hasFilteredWord, wordsMax: 1 })

/** `java.lang.*`: the text at the start of a word, whatever follows it. */
export function prefixSql(text: string): Fragment {
  return boundedSql(text, { openEnd: true })
}

/** How many words of a literal an index tests: the longest, since each costs and few are enough. */
const wordsMax = 4

interface Ends {
  start: boolean
  end: boolean
}

/** Whole words that every match of the literal has, without those that have cased letters outside ASCII. */
export function wholeWords(text: string, ends: Ends = { start: true, end: true }): string[] {
  const lowered = marked(asciiLower(text))
  const words = new Set<string>()
  for (const match of lowered.matchAll(/[0-9a-z\u0080-\u{10FFFF}]+/gu)) {
    const [word] = match
    const isCut = (match.index === 0 && !ends.start) || (match.index + word.length === lowered.length && !ends.end)
    if (!isCut && !casedBeyondAscii(word)) words.add(word)
  }
  return [...words].toSorted((a, b) => b.length - a.length).slice(0, wordsMax)
}

interface BoundedOptions {
  openEnd: boolean
  has?: (word: string) => Fragment
  wordsMax?: number
}

function boundedSql(text: string, { openEnd, has = hasWord, wordsMax: most = wordsMax }: BoundedOptions): Fragment {
  const lowered = asciiLower(text)
  const isWord = /^[0-9a-z]+$/.test(lowered)
  if (isWord && !openEnd) return has(lowered)
  const chars = Array.from(text)
  const ends = { start: !isApart(chars[0]!), end: !openEnd && !isApart(chars.at(-1)!) }
  const pattern = `${ends.start ? startOfWord : ''}${patternOf(lowered)}${ends.end ? endOfWord : ''}`
  const controls = hasControls(text, regexQuote(text).replaceAll(markedEscape, escapeHere))
  const hasAll = haveWords(wholeWords(text, { start: true, end: !openEnd }).slice(0, most), has)
  const words = controls === undefined ? hasAll : sql`${hasAll} AND ${controls}`
  if (/[^\0-\x7F]/.test(lowered)) {
    const matches = casedBeyondAscii(lowered)
      ? sql`match(${readText}, ${str(`(?i)${pattern}`)})`
      : sql`match(${loweredReadText}, ${str(pattern)})`
    return sql`(${words} AND ${mayHide(lowered)} AND ${matches})`
  }
  return ends.start || ends.end
    ? sql`(${words} AND match(${searchedText}, ${str(pattern)}))`
    : sql`(${words} AND position(${searchedText}, ${str(lowered)}) > 0)`
}

const escapeChar = '\u001b'
const escapeHere = String.raw`\x1b`
const markedEscape = String.raw`\x01*\x1b`

const patternOf = (text: string): string =>
  atEscapes(text)
    .map((part, at) => (at % 2 === 0 ? regexQuote(marked(part)) : String.raw`${regexQuote(marked(part))}\x01*`))
    .join('')

const separator = String.raw`[^0-9A-Za-z\x{80}-\x{10FFFF}]`
const startOfWord = `(?:^|${separator})`
const endOfWord = `(?:$|${separator})`

export const asciiLower = (text: string): string => text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())

/** Whether the text has letters whose other case the engine's `lower` does not know. */
export const casedBeyondAscii = (text: string): boolean => /(?![A-Za-z])\p{Changes_When_Casemapped}/u.test(text)

/**
 * A regular expression of RE2 that matches exactly this text. Bytes that are no text are one U+FFFD to the search, and
 * any number of them to a client. An escape sequence may have marks before it.
 */
export const regexQuote = (text: string): string =>
  text
    .replaceAll(/[^0-9A-Za-z_\u0080-\u{10FFFF}]/gu, (char) =>
      char === escapeChar
        ? markedEscape
        : char < ' '
          ? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`
          : `\\${char}`,
    )
    .replaceAll(/(?:\\x01\uFFFD\\x01)+/g, String.raw`(?:\x01\x{FFFD}\x01)+`)
