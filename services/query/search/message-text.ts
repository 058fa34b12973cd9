// The text of a message as the search reads it. Most messages are read as they are stored. In others characters hide
// the words beside them: the letter that ends an escape sequence of a terminal, the `n` of `\n` in JSON, and characters
// outside ASCII, which the engine takes for letters. docs/search.md, Words.
import { escapeString } from '#shared/clickhouse/escape-string.ts'
import { raw, sql, str, type Fragment } from '#shared/clickhouse/sql.ts'

/** The message with ASCII letters in lower case. */
export const loweredMessage = raw('lower(message)')

/** Scripts whose words no space parts. */
const unspacedScripts = [
  'Han',
  'Hiragana',
  'Katakana',
  'Bopomofo',
  'Yi',
  'Thai',
  'Lao',
  'Khmer',
  'Myanmar',
  'Tibetan',
  'Tai_Le',
  'New_Tai_Lue',
  'Tai_Tham',
  'Tai_Viet',
  'Javanese',
  'Balinese',
]

/**
 * Letters, digits and marks that are signs in use: ª and º, of keycaps and emoji, letterlike signs such as ℹ, those
 * between Chinese and Japanese characters, half-width and full-width forms.
 */
const signs: readonly (readonly [from: string, to: string])[] = [
  ['AA', 'AA'],
  ['BA', 'BA'],
  ['20D0', '214F'],
  ['2E80', '312F'],
  ['3190', '33FF'],
  ['FE00', 'FE0F'],
  ['FF00', 'FFEF'],
  ['1F000', '1FAFF'],
  ['E0100', 'E01EF'],
]

/** A character outside ASCII that is no part of a word with spaces around it. In RE2 and in JavaScript. */
const apart = (script: (name: string) => string, char: (code: string) => string): string =>
  String.raw`[^\x00-\x7F\p{L}\p{M}\p{Nd}]|[${unspacedScripts.map(script).join('')}${signs
    .map(([from, to]) => (from === to ? char(from) : `${char(from)}-${char(to)}`))
    .join('')}]`
const apartRe2 = apart(
  (name) => `\\p{${name}}`,
  (code) => `\\x{${code}}`,
)
const apartHere = new RegExp(
  apart(
    (name) => `\\p{Script=${name}}`,
    (code) => `\\u{${code}}`,
  ),
  'gu',
)

/**
 * ECMA-48: colours and other control sequences, the texts of a terminal up to their end (links, titles), character
 * sets.
 */
const escapeSequence = [
  String.raw`\x1b\[[0-?]*[ -/]*[@-~]`,
  String.raw`\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)`,
  String.raw`\x1b[PX^_][^\x1b]*\x1b\\`,
  String.raw`\x1b[ -/]+[0-~]`,
].join('|')
const escapeHere = new RegExp(`(${escapeSequence})`)

/** Stands on both sides of a character that is apart, so that the engine's tokens end there. */
const mark = '\u0001'

/** A text of the search in the form of `readText`, but for escape sequences. */
export const marked = (text: string): string => text.replaceAll(apartHere, `${mark}$&${mark}`)

/** The parts of a text: every second one is an escape sequence, which may have marks around it. */
export const atEscapes = (text: string): string[] => text.split(escapeHere)
/** Whether words end at this character. */
export const isApart = (char: string): boolean =>
  !/[0-9A-Za-z]/.test(char) && (char < '\u0080' || marked(char) !== char)

const literalOf = (text: string): Fragment => raw(escapeString(text))

const hasEscapes = sql`position(message, '\\x1b') > 0`
const isEscapedJson = sql`bitAnd(startsWith(message, '{'), position(message, '\\\\') > 0)`
const isBeyondAscii = sql`NOT isValidASCII(message)`

const stripped = (text: Fragment): Fragment => sql`replaceRegexpAll(${text}, ${literalOf(escapeSequence)}, '')`
const parted = (text: Fragment): Fragment =>
  sql`replaceRegexpAll(${text}, ${literalOf(`(${escapeSequence})`)}, '\\x01\\\\1\\x01')`

/** JSON as a reader sees it: a string of JSON is made of it, whose quotes are escaped, and read. '' where it is none. */
const unescaped = (text: Fragment): Fragment => {
  const quotable = [
    [String.raw`\\`, String.raw`\u005c`],
    [String.raw`\"`, String.raw`\u0022`],
    ['"', String.raw`\u0022`],
  ].reduce((sum, [from, to]) => sql`replaceAll(${sum}, ${literalOf(from!)}, ${literalOf(to!)})`, text)
  return sql`JSONExtractString(concat('"', translate(${quotable}, '\\t\\r\\n', '   '), '"'))`
}

const validText = sql`toValidUTF8(message)`
const unescapedText = sql`if(${isEscapedJson}, ${unescaped(stripped(validText))}, ${validText})`

/**
 * A message whose characters stand for others, in each form that has words: as it is stored, with words that end at
 * escape sequences, and with words that go on behind them.
 */
const forms = sql`if(bitOr(${hasEscapes}, ${isEscapedJson}),
  concat(${validText}, '\\n\\x1b\\n', ${parted(unescapedText)}, '\\n\\x1b\\n', ${stripped(unescapedText)}), ${validText})`

/** The text that is searched where the stored one hides words: with marks around the characters that are apart. */
export const readText = sql`replaceRegexpAll(${forms}, ${literalOf(`(${apartRe2})`)}, '\\x01\\\\1\\x01')`
export const loweredReadText = sql`lower(${readText})`

/**
 * Whether the message may hide this text, in lower case, from a search in the message as it is stored. No function of
 * the condition is lazy: they are cheaper together than a choice between rows.
 */
export function mayHide(lowered: string): Fragment {
  const hides = sql`bitOr(${isBeyondAscii}, ${isEscapedJson})`
  const [need] = [...lowered.matchAll(plain)].map(([run]) => run).toSorted((a, b) => b.length - a.length)
  const narrowed = need === undefined ? hides : sql`bitAnd(${hides}, position(${loweredMessage}, ${str(need)}) > 0)`
  return sql`bitOr(${hasEscapes}, ${narrowed})`
}

/** Characters that no writer of JSON escapes. */
const plain = /[0-9a-z !#$%()*,.:;?@[\]^_{|}~-]+/g

/** A message that may have characters beyond those of its tokens. */
export const mayHideAnything = sql`bitOr(${hasEscapes}, bitOr(${isBeyondAscii}, ${isEscapedJson}))`
