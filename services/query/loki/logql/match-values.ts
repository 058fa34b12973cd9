// app="cart"  app=~"cart|pay"  app!~"test-.*"
// A label that is missing has the value ''. Expressions match the whole value, line breaks included.
import { compileRegex } from './regex.ts'
import type { Matcher } from './syntax/logql-expr.ts'

/** The expression as it matches a whole value. */
const anchored = (regex: string): string => `^(?s:${regex})$`

/** Throws where the expression is none. */
export function matchesValue({ op, value }: Pick<Matcher, 'op' | 'value'>): (text: string) => boolean {
  switch (op) {
    case '=':
      return (text) => text === value
    case '!=':
      return (text) => text !== value
    case '=~':
    case '!~': {
      const test = wholeMatch(value)
      return op === '=~' ? test : (text) => !test(text)
    }
  }
}

function wholeMatch(value: string): (text: string) => boolean {
  // What is a list of words needs no expression.
  if (/^[\w-]+(?:\|[\w-]+)*$/.test(value)) {
    const words = new Set(value.split('|'))
    return (text) => words.has(text)
  }
  const regex = compileRegex(anchored(value))
  return (text) => regex.test(text)
}
