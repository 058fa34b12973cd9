// The text of a message as the search reads it. Most messages are read as they are stored. In others characters hide
// the words beside them: the letter that ends an escape sequence of a terminal, the `n` of `\n` in quotes, and characters
// outside ASCII, which the engine takes for letters. docs/search.md, Words.
import { raw, sql, str, type Fragment } from '#shared/clickhouse/sql.ts'
import { wordCharacters } from './word-characters.ts'

/** A character outside ASCII that is no part of a word with blanks around it, for RE2, as the column `read_text` has it. */
export const apartRe2 = String.raw`[^\x00-\x7F${wordCharacters((code) => `\\x{${code}}`)}]`
const apartHere = new RegExp(String.raw`[^\x00-\x7F${wordCharacters((code) => `\\u{${code}}`)}]`, 'gu')

/**
 * ECMA-48: colours and other control sequences, the texts of a terminal up to their end (links, titles), character
 * sets, and escapes of one character more.
 */
export const escapeSequence = [
  String.raw`\x1b\[[0-?]*[ -/]*[@-~]`,
  String.raw`\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)`,
  String.raw`\x1b[PX^_][^\x1b]*\x1b\\`,
  String.raw`\x1b[ -/]+[0-~]`,
  String.raw`\x1b[0-~]`,
].join('|')
const escapeHere = new RegExp(`(${escapeSequence})`)

/** Stands on both sides of a character that is apart, so that the engine's tokens end there. */
const mark = '\u0001'

/** A text of the search in the form of `readText`, but for escape sequences. */
export const marked = (text: string): string => text.replaceAll(apartHere, `${mark}$&${mark}`)

/**
 * For a text with the character of the marks or of escape sequences, which the marked text has with any number of marks:
 * whether the message has it exactly, whatever its words. `pattern` is of RE2.
 */
export const hasControls = (text: string, pattern: string): Fragment | undefined =>
  text.includes(mark) || text.includes('\u001b')
    ? sql`arrayExists(text -> match(text, ${str(`(?i)${pattern}`)}),
        [toValidUTF8(message), unescaped_text, replaceRegexpAll(unescaped_text, ${str(escapeSequence)}, '')])`
    : undefined

/** The parts of a text: every second one is an escape sequence, which may have marks around it. */
export const atEscapes = (text: string): string[] => text.split(escapeHere)
/** Whether words end at this character. */
export const isApart = (char: string): boolean =>
  !/[0-9A-Za-z]/.test(char) && (char < '\u0080' || marked(char) !== char)

/** What the search reads of a message where it hides words: a column of migrations/0031-search-text.sql. */
export const readText = raw('read_text')
export const loweredReadText = sql`lower(${readText})`

/** What is searched of a message, in lower case: the message itself, where it hides no word. */
export const searchedText = raw('searched_text')

const hasEscapes = sql`position(message, '\\x1b') > 0`
/** In JSON an escape sequence may be written with `\u001b`, and stands within a run of letters as any other does. */
const mayHaveEscapes = sql`bitOr(${hasEscapes}, position(message, '\\\\u001') > 0)`
const hasQuotedEscapes = sql`bitAnd(position(message, '"') > 0, position(message, '\\\\') > 0)`
const isBeyondAsciiOrQuoted = sql`bitOr(NOT isValidASCII(message), ${hasQuotedEscapes})`

/** A message that may have characters beyond those of its tokens. */
export const mayHideAnything = sql`bitOr(${hasEscapes}, ${isBeyondAsciiOrQuoted})`

/**
 * Whether the message may hide this text, in lower case, from a search in the message as it is stored. No function of
 * the condition is lazy: they are cheaper together than a choice between rows.
 */
export function mayHide(lowered: string): Fragment {
  const [need] = [...lowered.matchAll(plain)].map(([run]) => run).toSorted((a, b) => b.length - a.length)
  if (need === undefined) return mayHideAnything
  return sql`bitOr(${mayHaveEscapes}, bitAnd(${isBeyondAsciiOrQuoted}, position(lower(message), ${str(need)}) > 0))`
}

/** Characters that no writer of JSON escapes; a blank may be a tab or an end of line in it. */
const plain = /[0-9a-z!#$%()*,.:;?@[\]^_{|}~-]+/g
