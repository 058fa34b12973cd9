// Reads `a*`: a star works only at the end of a word. `*http.Request`, `count(*)` and `2*3` are text.
import { invalidParameter } from '#shared/errors.ts'

/**
 * The part before the star of `word`, or undefined where the word is text. Throws 400 on `*word*`, which finds nothing.
 */
export function starred(word: string, position: number): string | undefined {
  if (!word.endsWith('*') || word.endsWith('**')) return undefined
  const before = word.slice(0, -1)
  if (!/[\p{L}\p{N}]/u.test(before)) return undefined
  if (before.startsWith('*'))
    throw invalidParameter(
      'q',
      `a star only works at the end of a word (position ${position}): write a regular expression between slashes ` +
        `to search inside words, or put ${word} in quotes to search for it as text`,
      position,
    )
  return before
}
