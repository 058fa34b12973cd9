// Pure: what is wrong with a regular expression, where, and what to write instead. The engine compiles expressions too,
// and refuses them without a place. re2js has RE2's syntax.
import { RE2JS, RE2JSSyntaxException } from 're2js'

export interface RegexMistake {
  /** Offset in the expression. */
  at: number
  /** What is wrong, and what would be right. */
  reason: string
}

/** By the beginning of what re2js says. */
const advice: readonly (readonly [said: string, reason: string])[] = [
  ['missing closing )', 'a parenthesis is never closed: close it, or write \\( for the character'],
  ['missing closing ]', 'a bracket is never closed: close it, or write \\[ for the character'],
  ['unexpected )', 'a parenthesis is closed that is not open: write \\) for the character'],
  ['missing argument', 'there is nothing to repeat: write \\*, \\+ or \\? for the character'],
  ['invalid nested repetition', 'a repetition is repeated: write one, or a backslash before the character'],
  ['invalid repeat count', 'a repetition goes from the smaller to the larger number'],
  ['trailing backslash', 'a backslash stands at the end: write \\\\ for the character'],
  ['invalid escape', 'there is no such escape: write \\\\ for a backslash, and \\x{e9} for a character by its number'],
  ['invalid character class range', 'there is no such class: write [[:alpha:]], \\p{Greek}, or a range such as [a-z]'],
  ['invalid or unsupported Perl', 'there is no lookahead and no such flag: write terms of their own, as in /a/ -/b/'],
  ['invalid named capture', 'there is no lookbehind: write terms of their own, as in /a/ -/b/; a group is (?P<name>…)'],
]

/** undefined of an expression that RE2 takes. */
export function regexMistake(pattern: string): RegexMistake | undefined {
  try {
    RE2JS.compile(pattern)
    return undefined
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) return { at: 0, reason: 'it cannot be compiled' }
    const said = error.getDescription()
    const reason = advice.find(([begin]) => said.startsWith(begin))?.[1] ?? said
    return { at: placeOf(said, pattern, error.getPattern()), reason }
  }
}

/** `part`: what re2js blames; all of the expression where a parenthesis is wrong, nothing of a backslash at its end. */
function placeOf(said: string, pattern: string, part: string | null): number {
  if (part === null) return pattern.length - 1
  if (said === 'missing closing ]') return pattern.length - part.length
  if (said === 'missing closing )' || said === 'unexpected )') return wrongParenthesis(pattern)
  return Math.max(pattern.indexOf(part), 0)
}

/** Parentheses, and what may have them as characters: quoted text, escapes, classes in brackets. */
const pieces = /\\Q[\s\S]*?(?:\\E|$)|\\[\s\S]|\[\^?\]?(?:\\[\s\S]|\[:\^?\w+:\]|[^\]\\])*\]|[()]/g

/** The first one that closes nothing, else the last one that is open. */
function wrongParenthesis(pattern: string): number {
  const open: number[] = []
  for (const { 0: piece, index } of pattern.matchAll(pieces)) {
    if (piece === '(') open.push(index)
    else if (piece === ')' && open.pop() === undefined) return index
  }
  return open.at(-1) ?? 0
}
