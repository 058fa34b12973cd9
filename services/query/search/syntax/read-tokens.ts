// Reads search text into tokens: groups, operators and terms, from left to right, in one pass. Text without a meaning
// of its own is literal. Text that looks like syntax and cannot be is an error that says where it stands and what to
// quote.
import { invalidParameter } from '#shared/errors.ts'
import { readField } from './read-field.ts'
import { bareEnd, closingQuote, closingSlash, endsTerm, skipWhitespace, unquote } from './scan.ts'
import { literal, type SearchTerm } from './search-node.ts'
import { starred } from './starred.ts'

export type Token =
  | { kind: 'open' | 'close' | 'minus'; position: number }
  | { kind: 'operator'; operator: 'OR' | 'AND' | 'NOT'; position: number }
  | { kind: 'term'; term: SearchTerm; position: number }

/** How deep groups may be nested. */
const depthMax = 32
const termsMax = 256

export function readTokens(text: string): Token[] {
  const tokens: Token[] = []
  const groups: number[] = []
  let terms = 0
  for (let at = skipWhitespace(text, 0); at < text.length; at = skipWhitespace(text, at)) {
    const position = at
    const token = readToken(text, at, groups.length > 0)
    tokens.push(token.token)
    at = token.end
    if (token.token.kind === 'open' && groups.push(position) > depthMax)
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
  const open = groups.at(-1)
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
}

function readToken(text: string, at: number, groupOpen: boolean): TokenRead {
  const char = text[at]!
  if (char === '(' && text[at + 1] !== ')') return { token: { kind: 'open', position: at }, end: at + 1 }
  if (char === ')' && groupOpen) return { token: { kind: 'close', position: at }, end: at + 1 }
  if (char === '-' && negates.test(text.slice(at + 1, at + 3)))
    return { token: { kind: 'minus', position: at }, end: at + 1 }
  const { term, end } = readTerm(text, at, groupOpen)
  const word = text.slice(at, end)
  if (word === 'OR' || word === 'AND' || word === 'NOT')
    return { token: { kind: 'operator', operator: word, position: at }, end }
  return { token: { kind: 'term', term, position: at }, end }
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
  const prefix = starred(word, at)
  return { term: prefix === undefined ? literal(word) : { kind: 'prefix', text: prefix }, end }
}

/** A term that is text, without its backslash: `\-Xmx512m` `\(` `\"`. */
function escaped(text: string, at: number, groupOpen: boolean): { term: SearchTerm; end: number } {
  const end = Math.max(at + 2, bareEnd(text, at + 2, groupOpen))
  return { term: literal(text.slice(at + 1, end)), end }
}
