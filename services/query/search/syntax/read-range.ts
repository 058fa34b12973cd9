// status:400..499  status:[400 TO 499]  status:{400 TO 500}  duration:[10 TO *]  severity:warn..fatal
// Both ends count within `..` and brackets, and do not within braces, as in Lucene. A star leaves an end open.
import { endsTerm } from './scan.ts'
import type { FieldTest } from './search-node.ts'

const inBrackets = /([[{])\s*([^\s\]}]+)\s+TO\s+([^\s\]}]+)\s*([\]}])/y
const number = String.raw`[-+]?(?:\d+(?:\.\d+)?|\.\d+)`
const numbers = new RegExp(String.raw`^(${number})\.\.(${number})$`)
const words = /^([A-Za-z]+)\.\.([A-Za-z]+)$/

/** The range between `start` and `end` of a bare value, or undefined where there is none. */
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
  const [, from, to] = (name === 'severity' ? words : numbers).exec(text.slice(start, end)) ?? []
  return from === undefined ? undefined : { test: between('gte', from, to!, 'lte'), end }
}

function between(fromOp: 'gt' | 'gte', from: string, to: string, toOp: 'lt' | 'lte'): FieldTest {
  if (from === '*' && to === '*') return { op: 'exists' }
  if (from === '*') return { op: toOp, value: to }
  if (to === '*') return { op: fromOp, value: from }
  return { op: 'range', from: { op: fromOp, value: from }, to: { op: toOp, value: to } }
}
