// The expressions of the search indexes on `message`, in one place: an index is used only where a query repeats its expression
// word for word (migrations/0001-logs.sql, docs/decisions/0003-storage-layout.md). Tokens are what the engine's splitByNonAlpha
// sees: runs of ASCII letters, digits and bytes from 0x80.
import { raw, sql, str, type Fragment } from '#shared/clickhouse/sql.ts'

/** ASCII letters lower-cased, every other byte as it is: the expression of the bloom filter. */
export const loweredMessage = raw('lower(message)')

/** The same without the runs that hold a digit, of which most are ids: the expression of the text index. */
const wordsOfMessage = raw(String.raw`replaceRegexpAll(lower(message), '[a-z]*[0-9][0-9a-z]*', ' ')`)

/**
 * Lines with this whole token; exact, and answered by an index. `token` is lower-cased and holds no separator. Both expressions
 * agree on tokens of ASCII letters only; a token like `é` also begins `é1`, so it is asked of the whole message.
 */
export const hasToken = (token: string): Fragment =>
  sql`hasToken(${/^[a-z]+$/.test(token) ? wordsOfMessage : loweredMessage}, ${str(token)})`
