// pod:cart-7d9f  pod:"cart 1"  pod:cart-*  pod:/cart-.*/  status:>500  traceId:*
// Reads `field:value` at the start of a term. A name starts with a letter or `_`, so `12:30` and `10.0.0.1:80` are
// text; so are `http://…`, `std::string` and `error:`.
import { invalidParameter } from '#shared/errors.ts'
import { bareEnd, closingQuote, closingSlash, endsTerm, unquote } from './scan.ts'
import type { Comparison, FieldTerm, FieldTest } from './search-node.ts'
import { starred } from './starred.ts'

const name = /[A-Za-z_][A-Za-z0-9_./-]*(?=:)/y
const comparisons: readonly [string, Comparison][] = [
  ['>=', 'gte'],
  ['<=', 'lte'],
  ['>', 'gt'],
  ['<', 'lt'],
]

/**
 * The field term at `at` and its end, or undefined where the text has no field there. Throws 400 on a value that cannot
 * be meant.
 */
export function readField(text: string, at: number, groupOpen: boolean): { term: FieldTerm; end: number } | undefined {
  name.lastIndex = at
  const field = name.exec(text)?.[0]
  if (field === undefined) return undefined
  const start = at + field.length + 1
  const value = readTest(text, start, groupOpen)
  if (value === undefined) return undefined
  const { test, end } = value
  return { term: { kind: 'field', name: field, test, text: text.slice(at, end), position: at }, end }
}

function readTest(text: string, start: number, groupOpen: boolean): { test: FieldTest; end: number } | undefined {
  const end = bareEnd(text, start, groupOpen)
  if (text[start] === '"') {
    const close = closingQuote(text, start)
    if (close === -1) throw unclosed(start)
    return endsTerm(text, close + 1)
      ? { test: { op: 'eq', value: unquote(text.slice(start + 1, close)) }, end: close + 1 }
      : undefined
  }
  if (text[start] === '/') {
    const close = closingSlash(text, start)
    if (close !== -1) return { test: { op: 'regex', pattern: text.slice(start + 1, close) }, end: close + 1 }
  }
  const value = text.slice(start, end)
  if (value === '' || value.startsWith('//') || value.startsWith(':')) return undefined
  if (value.startsWith('(') && !value.includes(')')) throw grouped(start)
  for (const [sign, op] of comparisons) {
    if (value.startsWith(sign))
      return value === sign ? undefined : { test: { op, value: bareValue(value.slice(sign.length)) }, end }
  }
  if (value === '*') return { test: { op: 'exists' }, end }
  const prefix = starred(value, start)
  return { test: prefix === undefined ? { op: 'eq', value } : { op: 'prefix', value: prefix }, end }
}

/** The value without quotes: `>"500"` is `>500`. */
const bareValue = (value: string): string => (/^"[^"]*"$/.test(value) ? value.slice(1, -1) : value)

const unclosed = (position: number) =>
  invalidParameter('q', `the quote at position ${position} is never closed: close it, or leave it out`, position)

const grouped = (position: number) =>
  invalidParameter(
    'q',
    `a field takes one value at position ${position}: ` +
      'write (pod:a OR pod:b), or put the text in quotes to search for it',
    position,
  )
