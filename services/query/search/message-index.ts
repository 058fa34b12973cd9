// The expressions of the search indexes on `message`: the engine uses an index only where a query repeats its
// expression, which columns of migrations/0031-search-text.sql name (docs/decisions/0003-storage-layout.md). Tokens are
// those of the engine's splitByNonAlpha over the text that is searched: runs of ASCII letters, digits and bytes from
// 0x80, and that text parts whatever is no letter.
import { join, raw, sql, str, type Fragment } from '#shared/clickhouse/sql.ts'
import { searchedText } from './message-text.ts'

/** The text without its words that have a digit, of which most are ids: the expression of the text index. */
const wordsOfText = raw('searched_words')

/**
 * True for lines with this word of ASCII letters and digits, in lower case. The text index has words of letters, and
 * answers them without the message; a bloom filter has all words.
 */
export const hasWord = (word: string): Fragment =>
  sql`hasToken(${/^[a-z]+$/.test(word) ? wordsOfText : searchedText}, ${str(word)})`

/** The same by the bloom filter alone: an alternative of conditions with other filters is pruned with them. */
export const hasFilteredWord = (word: string): Fragment => sql`hasToken(${searchedText}, ${str(word)})`

/** True for lines with those of these words that are of ASCII letters and digits: an index leads to them. */
export function haveWords(words: readonly string[], has = hasWord): Fragment {
  const indexed = words.filter((word) => /^[0-9a-z]+$/.test(word))
  return indexed.length === 0 ? raw('1') : join(indexed.map(has), ' AND ')
}
