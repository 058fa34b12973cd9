// pod:cart-7d9f  pod:"cart 1"  pod:cart-*  pod:/cart-.*/  status:>500  traceId:*  status:400..499  pod:(a OR b)
// Reads `field:value` at the start of a term. A name starts with a letter, `_` or `@`, so `12:30` and `10.0.0.1:80` are
// text; so are `http://…`, `std::string` and `error:`. Ids of traces are also fields where people write `trace_id=…`.
import { invalidParameter } from '#shared/errors.ts'
import { idKindOf } from '#query/search/trace-spellings.ts'
import { readRange } from './read-range.ts'
import { bareEnd, closingQuote, closingSlash, endsTerm, unquote } from './scan.ts'
import type { Comparison, FieldTerm, FieldTest } from './search-node.ts'
import { starred } from './starred.ts'

const namePattern = /@?[\p{L}_](?:[\p{L}\p{M}\p{N}_/-]|\.@?)*(?=[:=])/uy
const comparisons: readonly [string, Comparison][] = [
  ['>=', 'gte'],
  ['<=', 'lte'],
  ['>', 'gt'],
  ['<', 'lt'],
]

interface TestRead {
  test: FieldTest
  end: number
}

/**
 * The field term at `at` and its end, or undefined where the text has no field there. Throws 400 on a value that cannot
 * be meant.
 */
export function readField(text: string, at: number, groupOpen: boolean): { term: FieldTerm; end: number } | undefined {
  const name = nameAt(text, at)
  if (name === undefined) return undefined
  const start = at + name.length + 1
  const value = readInParentheses(text, name, start, groupOpen) ?? readTest(text, name, start, groupOpen)
  if (value === undefined) return undefined
  const { test, end } = value
  return { term: { kind: 'field', name, test, text: text.slice(at, end), position: at }, end }
}

/** The name of the field whose group of values opens here, as in `pod:(a OR b)`, and where the group begins. */
export function readFieldGroup(
  text: string,
  at: number,
  groupOpen: boolean,
): { name: string; open: number } | undefined {
  const name = nameAt(text, at)
  if (name === undefined) return undefined
  const open = at + name.length + 1
  return text[open] === '(' && text[open + 1] !== ')' && readInParentheses(text, name, open, groupOpen) === undefined
    ? { name, open }
    : undefined
}

/** A value in the group of a field: all text is one. */
export function readGroupedValue(text: string, name: string, at: number): { term: FieldTerm; end: number } {
  const end = bareEnd(text, at, true)
  const value = readTest(text, name, at, true) ?? { test: { op: 'eq', value: text.slice(at, end) }, end }
  const typed = `${name}:${text.slice(at, value.end)}`
  return { term: { kind: 'field', name, test: value.test, text: typed, position: at }, end: value.end }
}

function nameAt(text: string, at: number): string | undefined {
  namePattern.lastIndex = at
  const name = namePattern.exec(text)?.[0]
  return name === undefined || (text[at + name.length] === '=' && idKindOf(name) === undefined) ? undefined : name
}

/** `status:(500)`, one value, is `status:500`, and text that people paste. */
function readInParentheses(text: string, name: string, start: number, groupOpen: boolean): TestRead | undefined {
  if (text[start] !== '(') return undefined
  const end = bareEnd(text, start, groupOpen)
  if (!/^\([^\s()"]+\)$/.test(text.slice(start, end))) return undefined
  const inner = readTest(text.slice(0, end - 1), name, start + 1, false)
  return inner === undefined ? undefined : { test: inner.test, end }
}

function readTest(text: string, name: string, start: number, groupOpen: boolean): TestRead | undefined {
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
  const range = readRange(text, name, start, end)
  if (range !== undefined) return range
  const value = text.slice(start, end)
  if (text[start - 1] === '=') return assignedId(value, end)
  if (value === '' || value.startsWith('//') || value.startsWith(':')) return undefined
  refuseOthersSigns(name, value, start)
  for (const [sign, op] of comparisons) {
    if (value === sign) throw lacksNumber(name, sign, start)
    if (value.startsWith(sign)) return { test: { op, value: bareValue(value.slice(sign.length)) }, end }
  }
  if (value === '*') return { test: { op: 'exists' }, end }
  const prefix = starred(value, start)
  return { test: prefix === undefined ? { op: 'eq', value } : { op: 'prefix', value: prefix }, end }
}

/** Behind `=`, as in `trace_id=abc`, nothing has a meaning. Base64 may end in `=`. */
const assignedId = (value: string, end: number): TestRead | undefined =>
  /^[^*=~"]+={0,2}$/.test(value) ? { test: { op: 'eq', value }, end } : undefined

/** The value without quotes: `>"500"` is `>500`. */
const bareValue = (value: string): string => (/^"[^"]*"$/.test(value) ? value.slice(1, -1) : value)

/** Signs of other languages, behind which everything would be text that is nowhere. */
function refuseOthersSigns(name: string, value: string, start: number): void {
  const [, sign, rest] = /^(!=|=~|!~|~(?="))"?([^"]*)"?$/.exec(value) ?? []
  if (sign === undefined) return
  const negation = sign.startsWith('!') ? '-' : ''
  const written = sign.endsWith('~') ? `${negation}${name}:/${rest}/` : `-${name}:${rest}`
  throw invalidParameter(
    'q',
    `${sign} at position ${start} is no sign of this search: write ${written}, ` +
      'or put the term in quotes to search for it as text',
    start,
  )
}

const lacksNumber = (name: string, sign: string, position: number) =>
  invalidParameter(
    'q',
    `${sign} at position ${position} lacks its number: write ${name}:${sign}5, without a blank, ` +
      'or put the term in quotes to search for it as text',
    position,
  )

const unclosed = (position: number) =>
  invalidParameter('q', `the quote at position ${position} is never closed: close it, or leave it out`, position)
