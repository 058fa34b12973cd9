// Pure: parses search text (`q`) by recursive descent over its tokens:
//   or := and ("OR" and)*   and := unary ("AND"? unary)*   unary := ("-" | "NOT")* (term | name? "(" or ")")
// docs/decisions/0002-search-text.md says why it is a parser of our own.
import { invalidParameter } from '#shared/errors.ts'
import { readTokens, type Token } from './read-tokens.ts'
import { skipWhitespace } from './scan.ts'
import type { SearchNode } from './search-node.ts'

/** UTF-8 bytes of search text at most. */
export const searchBytesMax = 8192

/**
 * The meaning of a search text; the empty text and `*` are every line.
 * Throws `invalid-parameter` of `q`, with a sentence that names the position and what to quote.
 */
export function parseSearch(text: string): SearchNode {
  const bytes = Buffer.byteLength(text)
  if (bytes > searchBytesMax)
    throw invalidParameter(
      'q',
      `search text is ${bytes} bytes long: at most ${searchBytesMax} are read, so search for a part of it`,
      cut(text),
    )
  // A lone surrogate has no bytes of its own; readers of JSON and URLs put U+FFFD in its place.
  const wellFormed = text.toWellFormed()
  if (skipWhitespace(wellFormed, 0) === wellFormed.length || wellFormed.trim() === '*')
    return { kind: 'and', terms: [] }
  const tokens = readTokens(wellFormed)
  return createParser({ text: wellFormed, tokens }).parse()
}

/** Offset of the first character over the limit. */
function cut(text: string): number {
  let bytes = 0
  for (let i = 0; i < text.length; i++) {
    bytes += Buffer.byteLength(text[i]!)
    if (bytes > searchBytesMax) return i
  }
  return text.length
}

function createParser({ text, tokens }: { text: string; tokens: readonly Token[] }) {
  let next = 0
  const peekOperator = () => {
    const token = tokens[next]
    return token?.kind === 'operator' ? token.operator : undefined
  }

  function or(): SearchNode {
    const terms = [and()]
    while (peekOperator() === 'OR') {
      next++
      terms.push(and())
    }
    return terms.length === 1 ? terms[0]! : { kind: 'or', terms }
  }

  function and(): SearchNode {
    const terms = [unary()]
    for (;;) {
      const token = tokens[next]
      if (token === undefined || token.kind === 'close' || peekOperator() === 'OR') break
      if (peekOperator() === 'AND') next++
      else refuseTwoValues(tokens[next - 1], token)
      terms.push(unary())
    }
    return terms.length === 1 ? terms[0]! : { kind: 'and', terms }
  }

  function unary(): SearchNode {
    let negated = false
    for (;;) {
      const token = tokens[next]
      if (token?.kind === 'minus') next++
      else if (token?.kind === 'operator' && token.operator === 'NOT') {
        if (tokens[next - 1]?.kind !== 'operator') refuseAmbiguousNot(text, tokens[next + 1], token.position)
        next++
      } else break
      negated = !negated
    }
    const term = primary()
    return negated ? { kind: 'not', term } : term
  }

  function primary(): SearchNode {
    const token = tokens[next]
    if (token?.kind === 'term') {
      next++
      return token.term
    }
    if (token?.kind !== 'open') throw dangling(tokens, next)
    next++
    const group = or()
    if (tokens[next]?.kind !== 'close') throw dangling(tokens, next)
    next++
    return group
  }

  return {
    parse(): SearchNode {
      const node = or()
      if (next < tokens.length) throw dangling(tokens, next)
      return node
    },
  }
}

/**
 * Throws on `404 NOT FOUND`, which may quote a text or exclude a word: the two are opposites, so the user has to
 * choose.
 */
function refuseAmbiguousNot(text: string, following: Token | undefined, position: number): void {
  if (following?.kind !== 'term') return
  const word = /^[A-Z]{2,}(?![^\s)])/.exec(text.slice(following.position))?.[0]
  if (word !== undefined)
    throw invalidParameter(
      'q',
      `NOT ${word} at position ${position} can be read in two ways: ` +
        `write -${word} to exclude the word, or "NOT ${word}" in quotes to search for the text`,
      position,
    )
}

/** Throws on `pod:(a b)`: a field has one value, so nothing has both. */
function refuseTwoValues(before: Token | undefined, token: Token): void {
  if (before?.kind !== 'term' || token.kind !== 'term' || before.inFieldGroup !== true) return
  const [one, other] = [before.term, token.term]
  if (one.kind !== 'field' || other.kind !== 'field' || one.name === 'message') return
  if (one.test.op !== 'eq' || other.test.op !== 'eq') return
  throw invalidParameter(
    'q',
    `a field takes one value, and a second stands at position ${token.position}: ` +
      `write ${one.name}:(… OR …) for any of them, or put the text in quotes to search for it`,
    token.position,
  )
}

/** The error for a missing term at token `at`; it names the operator that lacks the term. */
function dangling(tokens: readonly Token[], at: number) {
  const here = tokens[at]
  const before = tokens[at - 1]
  const blamed = here?.kind === 'operator' ? here : (before ?? here)
  const position = blamed?.position ?? 0
  if (blamed?.kind === 'operator')
    return invalidParameter(
      'q',
      `${blamed.operator} at position ${position} lacks a word beside it: ` +
        `put "${blamed.operator}" in quotes to search for the word itself`,
      position,
    )
  return invalidParameter(
    'q',
    `nothing to search for after position ${position}: put the text in quotes to search for it`,
    position,
  )
}
