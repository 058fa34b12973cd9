// Pure: how much evidence it takes that a word of a template varies. Two messages that differ in a verb or a state are
// two messages; two that differ in a name are one (decision 0023).
import { isWord, type Template } from './template-words.ts'

/** So many different words in one place, between the same other words, are enough; Infinity where none are. */
export function valuesNeeded({ words, from, to }: Template, at: number): number {
  if (at < from || at >= to) return Infinity
  const word = words[at]!
  const others = words.slice(from, to).filter(isWord).length - 1
  if (isKey(words, at) || isShouted(word) || words[at - 1] === '/') return 10
  if (others >= 2 && (isName(word) || isIntroduced(words, at))) return 2
  if (others >= 3) return 3
  return others === 2 ? 5 : others === 1 ? 12 : 40
}

/** `name=x`, `IOException: x`. In `cart:17` it may be a name. */
const isKey = (words: readonly string[], at: number): boolean =>
  words[at + 1] === '=' || (words[at + 1] === ':' && /^\s/.test(words[at + 2] ?? ' '))

/** GET, INFO, RUNNING: methods, levels and states are part of what is said. */
const isShouted = (word: string): boolean => word.length > 1 && /^[A-Z_]+$/.test(word)

/** kube-system, db_main. Dots and capitals are in names of functions too, which say what happens. */
const isName = (word: string): boolean => /[-_]/.test(word)

const introducing = new RegExp(
  '^(?:user|users|for|from|to|by|key|name|named|host|pod|node|namespace|container|image|file|path|id|table|topic|queue|' +
    'service|customer|account|tenant|group|index|database|db|bucket|plugin|module|job|task|worker|thread|class|' +
    'device|volume|interface|cluster|region|role|method|function|command|option|tag|label|field|column)$',
  'i',
)
/** `user alice`, `for "cart"`, `name=x`: what comes is a name, unless it is a form of a verb. */
function isIntroduced(words: readonly string[], at: number): boolean {
  if (/(?:ed|ing)$/.test(words[at]!)) return false
  let before = at - 1
  while (before >= 0 && /^[\s"'`[(<]+$/.test(words[before]!)) before--
  const word = words[before]
  if (word === undefined) return false
  return introducing.test(word) || (/^[=@#]$/.test(word) && before === at - 1) || (word === ':' && before === at - 1)
}

/** Whether a stretch of a template is such as varies: masks, names, a list. */
export function isVariable(stretch: readonly string[]): boolean {
  if (stretch.includes(',')) return true
  return stretch.every((word) => !isWord(word) || /^[\p{Ll}_]+[.\-_]/u.test(word) || /^\p{Lu}\p{Ll}+$/u.test(word))
}

/** The least number of different stretches that may stand in one place of a template. */
export function stretchesNeeded(before: readonly string[], after: readonly string[], shared: number): number {
  const isTail = after.every((word) => !isWord(word))
  const isExplained = before.at(-1) === ' ' && before.at(-2) === ':'
  return isTail || isExplained || before.at(-1) === '/' || shared < 0.6 ? 10 : 3
}
