// error  "connection refused"  10.0.0.1  trace_id=abc  java.lang.*
// A literal matches whatever its case, and only where its ends are ends of tokens: 10.0.0.1 is not in 110.0.0.12. The
// SQL first tests the whole tokens, which an index answers, and then the exact text on the lines that are left.
import { join, sql, str, type Fragment } from '#shared/clickhouse/sql.ts'
import { hasToken, loweredMessage } from './message-index.ts'

/** A word or a phrase: any text, with its spaces and punctuation as they are. */
export function literalSql(text: string): Fragment {
  return boundedSql(text, { openEnd: false })
}

/** `java.lang.*`: the text at the start of a token, whatever follows it. */
export function prefixSql(text: string): Fragment {
  return boundedSql(text, { openEnd: true })
}

/** How many tokens of a literal an index tests: the longest, since each token costs and few are enough. */
const tokensMax = 8

/** Whole tokens that every match of the literal has, without those that have cased letters outside ASCII. */
export function wholeTokens(
  text: string,
  ends: { start: boolean; end: boolean } = { start: true, end: true },
): string[] {
  const tokens = new Set<string>()
  for (const match of asciiLower(text).matchAll(/[0-9a-z\u0080-\u{10FFFF}]+/gu)) {
    const [token] = match
    const cut = (match.index === 0 && !ends.start) || (match.index + token.length === text.length && !ends.end)
    if (!cut && !casedBeyondAscii(token)) tokens.add(token)
  }
  return [...tokens].toSorted((a, b) => b.length - a.length).slice(0, tokensMax)
}

function boundedSql(text: string, { openEnd }: { openEnd: boolean }): Fragment {
  const ends = { start: boundStart.test(text), end: !openEnd && boundEnd.test(text) }
  // An end that is no part of a token, such as `=`, cuts no token; an end in a script without spaces may cut one.
  const tokens = wholeTokens(text, {
    start: ends.start || !tokenStart.test(text),
    end: ends.end || !tokenEnd.test(text),
  })
  const lowered = asciiLower(text)
  if (tokens.length === 1 && tokens[0] === lowered && ends.start && ends.end) return hasToken(lowered)
  return sql`(${join([...tokens.map(hasToken), exactSql(lowered, ends)], ' AND ')})`
}

function exactSql(lowered: string, ends: { start: boolean; end: boolean }): Fragment {
  const cased = casedBeyondAscii(lowered)
  if (!ends.start && !ends.end && !cased) return sql`position(${loweredMessage}, ${str(lowered)}) > 0`
  const pattern = `${ends.start ? startOfToken : ''}${regexQuote(lowered)}${ends.end ? endOfToken : ''}`
  return cased ? sql`match(message, ${str(`(?i)${pattern}`)})` : sql`match(${loweredMessage}, ${str(pattern)})`
}

const separator = String.raw`[^0-9A-Za-z\x{80}-\x{10FFFF}]`
const startOfToken = `(?:^|${separator})`
const endOfToken = `(?:$|${separator})`

// Letters and digits bind to their neighbours. Scripts written without spaces, emoji and other signs do not: 日本 is in
// 日本語.
const unspaced = ['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar']
  .map((script) => String.raw`\p{Script=${script}}`)
  .join('')
const bound = String.raw`(?![${unspaced}])[\p{L}\p{N}\p{M}]`
const boundStart = new RegExp(`^${bound}`, 'u')
const boundEnd = new RegExp(`${bound}$`, 'u')
const tokenStart = /^[0-9A-Za-z\u0080-\u{10FFFF}]/u
const tokenEnd = /[0-9A-Za-z\u0080-\u{10FFFF}]$/u

export const asciiLower = (text: string): string => text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())

/** Whether the text has letters whose other case the engine's `lower` does not know. */
const casedBeyondAscii = (text: string): boolean => /(?![A-Za-z])\p{Changes_When_Casemapped}/u.test(text)

/** A regular expression of RE2 that matches exactly this text. */
export const regexQuote = (text: string): string =>
  text.replaceAll(/[^0-9A-Za-z_\u0080-\u{10FFFF}]/gu, (char) => (char === '\0' ? String.raw`\x00` : `\\${char}`))
