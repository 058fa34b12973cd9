// The expressions of the search indexes on `message`: the engine uses an index only where a query repeats its
// expression word for word (migrations/0001-logs.sql, docs/decisions/0003-storage-layout.md). Tokens are those of the
// engine's splitByNonAlpha: runs of ASCII letters, digits and bytes from 0x80. So the indexes do not know the words of
// messages where something hides them (message-text.ts): such messages are read.
import { join, raw, sql, str, type Fragment } from '#shared/clickhouse/sql.ts'
import { loweredMessage, loweredReadText, mayHide, mayHideAnything } from './message-text.ts'

/** The message without the words that have a digit, of which most are ids: the expression of the text index. */
const wordsOfMessage = raw(String.raw`replaceRegexpAll(lower(message), '[a-z]*[0-9][0-9a-z]*', ' ')`)

/**
 * True for lines whose stored message has this whole token; an index answers it exactly. `token` is in lower case and
 * has no separator. The text index answers tokens of ASCII letters. It cannot answer others: without its digit, `é1`
 * would become `é`.
 */
const hasToken = (token: string): Fragment =>
  sql`hasToken(${/^[a-z]+$/.test(token) ? wordsOfMessage : loweredMessage}, ${str(token)})`

/** True for lines with this word of ASCII letters and digits, in lower case. */
export const hasWord = (word: string): Fragment =>
  sql`(${hasToken(word)} OR (${mayHide(word)} AND hasToken(${loweredReadText}, ${str(word)})))`

/**
 * True for lines where `stored` is true of the message as it is stored, or `read` of the message as it is read. Both are
 * true only where the message has all of these words, which indexes are asked for. Without `stored`, no message that is
 * stored as it is read has such a text.
 */
export const withWords = (words: readonly string[], read: Fragment, stored?: Fragment): Fragment =>
  stored === undefined ? read : sql`((${join([...words.filter(isAscii).map(hasToken), stored], ' AND ')}) OR ${read})`

const isAscii = (word: string): boolean => /^[0-9a-z]+$/.test(word)

/** True for lines that may have all of these words: an index leads to them. */
export const mayHaveWords = (words: readonly string[]): Fragment =>
  words.filter(isAscii).length === 0
    ? raw('1')
    : sql`((${join(words.filter(isAscii).map(hasToken), ' AND ')}) OR ${mayHideAnything})`
