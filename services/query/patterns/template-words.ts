// Pure: a template of line-masks.ts as words, separators and masks.
import { messageEnd, messageStart } from './line-masks.ts'

export const mask = '\0'

/** Words of a template that are looked at: what is behind them is masked. */
const wordsMax = 256

// Names such as com.shop.Cart and kube-system are one word. Scripts without blanks between words are read sign by sign.
const cjk = String.raw`\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}`
const letter = String.raw`[[\p{L}\p{M}\p{N}_$]--[${cjk}]]`
const piece = new RegExp(String.raw`${letter}+(?:[.\-]${letter}+)*|\s+|\p{L}|[\s\S]`, 'gv')
const isWordText = /^[\p{L}\p{M}\p{N}_$]/u

// 1.2.3, a list of numbers, or /a/b with its parts masked are one variable.
const joinedMasks = /\0(?:(?:[.,:;/+-] ?)?\0)+/g
const cutSign = /\uFFFD+\0$/

export interface Template {
  words: readonly string[]
  /** Where the message of a structured line begins and ends: what stands outside of it never varies. */
  from: number
  to: number
}

/** `keep`: the words that stay; all others are masked. Without it all stay. */
export function readTemplate(text: string, keep?: ReadonlySet<string>): Template {
  const kept = keep === undefined ? text : maskOthers(text, keep)
  const start = kept.indexOf(messageStart)
  const end = start === -1 ? -1 : kept.indexOf(messageEnd, start)
  if (end === -1) {
    const words = split(kept)
    const isShape = /^\{|^[\w.@-]+=\0/.test(kept)
    return { words, from: isShape ? words.length : 0, to: words.length }
  }
  const head = split(kept.slice(0, start))
  const message = split(kept.slice(start + 1, end))
  return {
    words: [...head, ...message, ...split(kept.slice(end + 1))],
    from: head.length,
    to: head.length + message.length,
  }
}

function split(text: string): string[] {
  const words = withJoinedMasks(text.replace(cutSign, mask)).match(piece) ?? []
  return words.length <= wordsMax ? words : [...words.slice(0, wordsMax), mask]
}

const withJoinedMasks = (text: string): string => text.replace(joinedMasks, mask)

/** As `tokens` of the engine splits: runs of ASCII letters and digits, and of everything outside ASCII. */
const engineWord = /[0-9A-Za-z\u0080-\u{10ffff}]+/gu

const maskOthers = (text: string, keep: ReadonlySet<string>): string =>
  text.replace(engineWord, (word) => (keep.has(word) ? word : mask))

/** The words of a template that the engine's `tokens` finds. */
export const engineWords = (words: readonly string[]): string[] => words.join('').match(engineWord) ?? []

export const isWord = (word: string): boolean => isWordText.test(word)

/** The same template with some words masked, and masks joined. */
export function withMasks({ words, from, to }: Template, masked: ReadonlySet<number>): Template {
  const part = (a: number, b: number): string[] =>
    withJoinedMasks(
      words
        .slice(a, b)
        .map((word, i) => (masked.has(a + i) ? mask : word))
        .join(''),
    ).match(piece) ?? []
  const head = part(0, from)
  const message = part(from, to)
  return {
    words: [...head, ...message, ...part(to, words.length)],
    from: head.length,
    to: head.length + message.length,
  }
}

/** As users read it, and as Loki's `|>` takes it: `<_>` for each mask. */
export const patternText = ({ words }: Template): string => words.join('').replaceAll(/\0+/g, '<_>')
