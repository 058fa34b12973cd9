// The expressions of the search indexes on `message`: the engine uses an index only where a query repeats its
// expression word for word (migrations/0001-logs.sql, docs/decisions/0003-storage-layout.md). Tokens are those of the
// engine's splitByNonAlpha: runs of ASCII letters, digits and bytes from 0x80.
import { raw, sql, str, type Fragment } from '#shared/clickhouse/sql.ts'

/** The message with ASCII letters in lower case: the expression of the bloom filter. */
export const loweredMessage = raw('lower(message)')

/** The same without the words that have a digit, of which most are ids: the expression of the text index. */
const wordsOfMessage = raw(String.raw`replaceRegexpAll(lower(message), '[a-z]*[0-9][0-9a-z]*', ' ')`)

/**
 * True for lines with this whole token; an index answers it exactly. `token` is in lower case and has no separator. The
 * text index answers tokens of ASCII letters. It cannot answer others: without its digit, `é1` would become `é`.
 */
export const hasToken = (token: string): Fragment =>
  sql`hasToken(${/^[a-z]+$/.test(token) ? wordsOfMessage : loweredMessage}, ${str(token)})`
