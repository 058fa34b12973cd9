// Pure: search text (docs/search.md) as the pieces that the editor colours. It follows the text as one types, so that it
// takes unfinished text too; what is wrong, the service says.

export type TokenKind = 'field' | 'value' | 'text' | 'phrase' | 'regex' | 'operator' | 'paren'

export interface SearchToken {
  kind: TokenKind
  from: number
  to: number
}

const patterns: readonly (readonly [kind: TokenKind, pattern: RegExp])[] = [
  ['phrase', /"(?:\\.|[^"\\])*"?/y],
  // Closed by a slash behind which the word ends.
  ['regex', /\/(?:\\.|[^/\\])+\/(?=[\s()]|$)/y],
  ['field', /@?[\p{L}_](?:[\p{L}\p{M}\p{N}_/-]|\.@?)*:(?=\S)/uy],
  ['operator', /(?:AND|OR|NOT)(?=[\s(]|$)/y],
  ['paren', /[()]/y],
  ['operator', /-(?=[^\s-])/y],
  ['text', /(?:\\.|[^\s()"\\])+|\\/y],
]
const valuePatterns: typeof patterns = [
  ['paren', /\(/y],
  ['operator', /[<>]=?/y],
  ['phrase', /"(?:\\.|[^"\\])*"?/y],
  ['regex', /\/(?:\\.|[^/\\])+\/(?=[\s()]|$)/y],
  ['value', /[[{][^\]}]*[\]}]?/y],
  ['value', /(?:\\.|[^\s()\\])+|\\/y],
]

export function searchTokens(text: string): SearchToken[] {
  const tokens: SearchToken[] = []
  let isOfField = false
  let isWordBegin = true
  for (let at = 0; at < text.length;) {
    if (/\s/.test(text[at]!)) {
      at++
      isOfField = false
      isWordBegin = true
      continue
    }
    const found = tokenAt(text, at, isOfField ? valuePatterns : patterns, isWordBegin)
    if (found === undefined) {
      at++
      continue
    }
    tokens.push(found)
    isWordBegin = found.kind === 'paren' || (found.kind === 'operator' && !isOfField)
    isOfField = found.kind === 'field' || (isOfField && found.kind === 'operator')
    at = found.to
  }
  return tokens
}

/** Fields, expressions and operators stand at the begin of a word only. */
function tokenAt(text: string, at: number, among: typeof patterns, isWordBegin: boolean): SearchToken | undefined {
  for (const [kind, pattern] of among) {
    if (among === patterns && !isWordBegin && (kind === 'field' || kind === 'regex' || kind === 'operator')) continue
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match !== null) return { kind, from: at, to: at + match[0].length }
  }
  return undefined
}
