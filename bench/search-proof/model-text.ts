// How the proof reads a message, from docs/search.md and not from the code of the search: the texts that a message has,
// where words end in them, and whether a literal stands there.

export interface ReadText {
  text: string
  /** The text in small letters: the letters of the corpus have small forms of one code unit. */
  folded: string
  /** Offsets at which words end, whatever stands there: the ends of escape sequences. */
  breaks: ReadonlySet<number>
}

const escapes = new RegExp(
  String.raw`\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_][^\x1b]*\x1b\\|[ -/]+[0-~]|[0-~])`,
  'g',
)
const unspaced =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Thai}|\p{Script=Lao}|\p{Script=Khmer}|\p{Script=Hangul}/u
/** Signs of emoji, of Chinese and Japanese, letterlike, and forms of half and full width. */
const signsAmongLetters = new RegExp(
  String.raw`[\xaa\xba\u02b0-\u02ff\u034f\u20d0-\u214f\u2e80-\u312f\u3190-\u33ff\ufe00-\ufe0f\uff00-\uffef]`,
  'u',
)

export const isWordChar = (char: string): boolean =>
  char < '\u0080'
    ? /[0-9A-Za-z]/.test(char)
    : /[\p{L}\p{M}\p{Nd}]/u.test(char) && !unspaced.test(char) && !signsAmongLetters.test(char)

export function validText(bytes: Buffer): string {
  return bytes.toString('utf8').replaceAll(/\ufffd+/g, '\ufffd')
}

/** The message as it is stored, and as it is read. */
export function readings(stored: string): ReadText[] {
  const isEscaped = stored.includes('"') && stored.includes('\\')
  if (!stored.includes('\u001b') && !isEscaped) return [whole(stored)]
  const said = isEscaped ? unescaped(stored.replaceAll(escapes, '')) : stored
  const breaks = new Set<number>()
  for (const match of said.matchAll(escapes)) breaks.add(match.index).add(match.index + match[0].length)
  return [whole(stored), { ...whole(said), breaks }, whole(said.replaceAll(escapes, ''))]
}

export const whole = (text: string): ReadText => ({ text, folded: text.toLowerCase(), breaks: new Set() })

/** What JSON says, with its quotes and braces as they are; '' where an escape is none. */
function unescaped(json: string): string {
  let wrong = /[^\P{Cc}\t\r\n\u007f-\u009f]/u.test(json)
  const text = json
    .replaceAll(/[\t\r\n]/g, ' ')
    .replaceAll(/\\(?:u([0-9a-fA-F]{4})|([\s\S]?))/g, (_, code: string | undefined, char: string | undefined) => {
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
      const at = '"\\/bfnrt'.indexOf(char ?? '')
      if (char === undefined || char === '' || at < 0) wrong = true
      return '"\\/\b\f\n\r\t'[at] ?? ''
    })
  return wrong || !text.isWellFormed() ? '' : text
}

/** Whether the literal stands in one of the texts, between ends of words where it begins or ends with a letter or digit. */
export function hasLiteral(texts: readonly ReadText[], literal: string, openEnd = false): boolean {
  const pattern = literal.replaceAll(/\ufffd+/g, '\ufffd')
  const chars = Array.from(pattern)
  const [boundStart, boundEnd] = [isWordChar(chars[0]!), !openEnd && isWordChar(chars.at(-1)!)]
  const wanted = pattern.toLowerCase()
  return texts.some(({ text, folded, breaks }) => {
    for (let at = folded.indexOf(wanted); at !== -1; at = folded.indexOf(wanted, at + 1)) {
      const end = at + pattern.length
      if ((!boundStart || isEnd(text, breaks, at, -1)) && (!boundEnd || isEnd(text, breaks, end, 1))) return true
    }
    return false
  })
}

function isEnd(text: string, breaks: ReadonlySet<number>, at: number, side: -1 | 1): boolean {
  if (breaks.has(at)) return true
  const beside = side === 1 ? text.codePointAt(at) : codePointBefore(text, at)
  return beside === undefined || !isWordChar(String.fromCodePoint(beside))
}

function codePointBefore(text: string, at: number): number | undefined {
  if (at === 0) return undefined
  const isLow = at > 1 && /[\udc00-\udfff]/.test(text[at - 1]!)
  return text.codePointAt(isLow ? at - 2 : at - 1)
}
