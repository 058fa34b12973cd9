// app="cart"  app=~"cart|pay"  app!~"test-.*"
// A label that is missing has the value ''. Expressions match the whole value, line breaks included.
import type { LineWork } from './pipeline/line-work.ts'
import { compileRegex } from './regex.ts'
import type { Matcher } from './syntax/logql-expr.ts'

/** The expression as it matches a whole value. */
const anchored = (regex: string): string => `^(?s:${regex})$`

/** `work`: of the line whose label the text is. */
export type MatchesText = (text: string, work?: LineWork) => boolean

/** Throws where the expression is none. */
export function matchesValue({ op, value }: Pick<Matcher, 'op' | 'value'>): MatchesText {
  switch (op) {
    case '=':
      return (text) => text === value
    case '!=':
      return (text) => text !== value
    case '=~':
    case '!~': {
      const test = wholeMatch(value)
      return op === '=~' ? test : (text, work) => !test(text, work)
    }
  }
}

function wholeMatch(value: string): MatchesText {
  // What is a list of words needs no expression.
  if (/^[\w-]+(?:\|[\w-]+)*$/.test(value)) {
    const words = new Set(value.split('|'))
    return (text) => words.has(text)
  }
  return matchesRegex(anchored(value))
}

/** Throws where the pattern is no expression. */
export function matchesRegex(pattern: string): MatchesText {
  const regex = compileRegex(pattern)
  return (text, work) => {
    work?.spend(regex.unitsFor(text))
    return regex.test(text)
  }
}
