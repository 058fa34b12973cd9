// status:400..499  status:[400 TO 499]  status:{400 TO 500}  duration:[10 TO *]  severity:warn..fatal
// Both ends count within `..` and brackets, and do not within braces, as in Lucene. A star leaves an end open.
import { invalidParameter } from '#shared/errors.ts'
import { endsTerm } from './scan.ts'
import type { FieldTest } from './search-node.ts'

const inBrackets = /([[{])\s*([^\s\]}]+)\s+TO\s+([^\s\]}]+)\s*([\]}])/y
const number = String.raw`[-+]?(?:\d+(?:\.\d+)?|\.\d+)`
const numbers = new RegExp(String.raw`^(${number})\.\.(${number})$`)
const halves = new RegExp(String.raw`^(?:(${number})\.\.|\.\.(${number}))$`)
const words = /^([A-Za-z]+)\.\.([A-Za-z]+)$/
const opened = /[[{]\s*[^\s\]}]+\s+TO(?!\S)/y

/**
 * The range between `start` and `end` of a bare value, or undefined where there is none. Throws 400 on a range that
 * lacks an end.
 */
export function readRange(
  text: string,
  name: string,
  start: number,
  end: number,
): { test: FieldTest; end: number } | undefined {
  inBrackets.lastIndex = start
  const match = inBrackets.exec(text)
  if (match !== null && endsTerm(text, inBrackets.lastIndex)) {
    const [, open, from, to, close] = match
    const test = between(open === '[' ? 'gte' : 'gt', from!, to!, close === ']' ? 'lte' : 'lt')
    return { test, end: start + match[0].length }
  }
  opened.lastIndex = start
  if (opened.test(text))
    throw invalidParameter(
      'q',
      `the range at position ${start} has no end: write ${name}:[400 TO 499], with a star for an end that is open, ` +
        'or put the text in quotes to search for it',
      start,
    )
  const value = text.slice(start, end)
  const [half, least, most] = halves.exec(value) ?? []
  if (half !== undefined)
    throw invalidParameter(
      'q',
      `the range at position ${start} lacks an end: write ${name}:${least === undefined ? `<=${most}` : `>=${least}`}, ` +
        'or put the term in quotes to search for it as text',
      start,
    )
  const [, from, to] = (name === 'severity' ? words : numbers).exec(value) ?? []
  return from === undefined ? undefined : { test: between('gte', from, to!, 'lte'), end }
}

function between(fromOp: 'gt' | 'gte', from: string, to: string, toOp: 'lt' | 'lte'): FieldTest {
  if (from === '*' && to === '*') return { op: 'exists' }
  if (from === '*') return { op: toOp, value: to }
  if (to === '*') return { op: fromOp, value: from }
  return { op: 'range', from: { op: fromOp, value: from }, to: { op: toOp, value: to } }
}
