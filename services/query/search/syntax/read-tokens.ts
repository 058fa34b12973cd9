// Reads search text into tokens: groups, operators and terms, from left to right, in one pass. Text without a meaning
// of its own is literal. Text that looks like syntax and cannot be is an error that says where it stands and what to
// quote.
import { invalidParameter } from '#shared/errors.ts'
import { refuseLogql, refuseOperator } from './others-language.ts'
import { readField, readFieldGroup, readGroupedValue } from './read-field.ts'
import { bareEnd, closingQuote, closingSlash, endsTerm, skipWhitespace, unquote } from './scan.ts'
import { literal, type SearchTerm } from './search-node.ts'
import { starred } from './starred.ts'

export type Token =
  | { kind: 'open' | 'close' | 'minus'; position: number }
  | { kind: 'operator'; operator: 'OR' | 'AND' | 'NOT'; position: number }
  | { kind: 'term'; term: SearchTerm; position: number; inFieldGroup?: boolean }

/** A group that is open, and the field whose values it holds, as in `pod:(a OR b)`. */
interface Group {
  position: number
  field: string | undefined
}

/** How deep groups may be nested. */
const depthMax = 32
const termsMax = 256

export function readTokens(text: string): Token[] {
  refuseLogql(text)
  const tokens: Token[] = []
  const groups: Group[] = []
  let terms = 0
  for (let at = skipWhitespace(text, 0); at < text.length; at = skipWhitespace(text, at)) {
    const position = at
    const token = readToken(text, at, groups, tokens.at(-1))
    tokens.push(token.token)
    at = token.end
    if (token.token.kind === 'open' && groups.push({ position: token.token.position, field: token.field }) > depthMax)
      throw invalidParameter(
        'q',
        `parentheses are nested more than ${depthMax} deep at position ${position}: ` +
          'put the text in quotes to search for it',
        position,
      )
    if (token.token.kind === 'close') groups.pop()
    if (token.token.kind === 'term' && ++terms > termsMax)
      throw invalidParameter(
        'q',
        `more than ${termsMax} words at position ${position}: put the text in quotes to search for it in one piece`,
        position,
      )
  }
  const open = groups.at(-1)?.position
  if (open !== undefined)
    throw invalidParameter(
      'q',
      `the parenthesis at position ${open} is never closed: ` +
        'close it, or put \\ before it or quotes around the text to search for it',
      open,
    )
  return tokens
}

interface TokenRead {
  token: Token
  end: number
  /** Of a group: the field whose values it holds. */
  field?: string | undefined
}

function readToken(text: string, at: number, groups: readonly Group[], before: Token | undefined): TokenRead {
  const char = text[at]!
  const groupOpen = groups.length > 0
  const field = groups.at(-1)?.field
  if (char === '(' && text[at + 1] !== ')') return { token: { kind: 'open', position: at }, end: at + 1, field }
  if (char === ')' && groupOpen) return { token: { kind: 'close', position: at }, end: at + 1 }
  if (char === '-' && negates.test(text.slice(at + 1, at + 3)))
    return { token: { kind: 'minus', position: at }, end: at + 1 }
  const group = field === undefined ? readFieldGroup(text, at, groupOpen) : undefined
  if (group !== undefined)
    return { token: { kind: 'open', position: group.open }, end: group.open + 1, field: group.name }
  const operator = /(?:OR|AND|NOT)(?![^\s)])/y
  operator.lastIndex = at
  const [word] = operator.exec(text) ?? []
  if (word === 'OR' || word === 'AND' || word === 'NOT')
    return { token: { kind: 'operator', operator: word, position: at }, end: at + word.length }
  if (field !== undefined) {
    const { term, end } = readGroupedValue(text, field, at)
    return { token: { kind: 'term', term, position: at, inFieldGroup: true }, end }
  }
  const { term, end } = readTerm(text, at, groupOpen)
  if (term.kind === 'regex') refuseQuotient(text, at, end, before)
  return { token: { kind: 'term', term, position: at }, end }
}

/**
 * Throws on `a / b / c`, which may quote a text or have the expression `/ b /` in it: the blanks at its ends count in an
 * expression.
 */
function refuseQuotient(text: string, at: number, end: number, before: Token | undefined): void {
  const body = text.slice(at + 1, end - 1)
  if (body.trim() === body || before?.kind !== 'term' || !/^\s+[^\s"()/-]/.test(text.slice(end))) return
  throw invalidParameter(
    'q',
    `/${body}/ at position ${at} can be read in two ways: write /[ ]${body.trim()}[ ]/ for the expression, ` +
      'or put the whole text in quotes to search for it',
    at,
  )
}

/** A minus before a letter, a digit or what opens a term negates; `--flag`, `->`, `- ` and `-=` are text. */
const negates = /^[\p{L}\p{N}\p{So}_"(/\\[{.@$#*]/u

function readTerm(text: string, at: number, groupOpen: boolean): { term: SearchTerm; end: number } {
  const char = text[at]!
  if (char === '"') {
    const close = closingQuote(text, at)
    if (close === -1)
      throw invalidParameter(
        'q',
        `the quote at position ${at} is never closed: close it, or put \\ before it to search for it as text`,
        at,
      )
    if (endsTerm(text, close + 1) && close > at + 1)
      return { term: literal(unquote(text.slice(at + 1, close))), end: close + 1 }
  }
  if (char === '/') {
    const close = closingSlash(text, at)
    if (close !== -1)
      return { term: { kind: 'regex', pattern: text.slice(at + 1, close), position: at }, end: close + 1 }
  }
  if (char === '\\' && /^[-("/)]/.test(text.slice(at + 1))) return escaped(text, at, groupOpen)
  const field = readField(text, at, groupOpen)
  if (field !== undefined) return field
  const end = bareEnd(text, at, groupOpen)
  const word = text.slice(at, end)
  refuseOperator(word, at)
  const prefix = starred(word, at)
  return { term: prefix === undefined ? literal(word) : { kind: 'prefix', text: prefix }, end }
}

/** A term that is text, without its backslash: `\-Xmx512m` `\(` `\"`. */
function escaped(text: string, at: number, groupOpen: boolean): { term: SearchTerm; end: number } {
  const end = Math.max(at + 2, bareEnd(text, at + 2, groupOpen))
  return { term: literal(text.slice(at + 1, end)), end }
}
