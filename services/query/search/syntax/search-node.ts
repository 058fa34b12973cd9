// What search text means, between the parser (parse-search.ts) and its SQL (search.ts). Plain data: a node names no
// column and knows no engine. The grammar in people's words: docs/search.md.

export type SearchNode =
  /** All of them; none is every line. */
  | { kind: 'and'; terms: readonly SearchNode[] }
  | { kind: 'or'; terms: readonly SearchNode[] }
  | { kind: 'not'; term: SearchNode }
  | SearchTerm

export type SearchTerm =
  /** One token: ASCII letters and digits, characters outside ASCII. */
  | { kind: 'word'; text: string }
  /** Literal text with something else than letters and digits in it. */
  | { kind: 'phrase'; text: string }
  /** Literal text that the line may go on after, without the star. */
  | { kind: 'prefix'; text: string }
  /** RE2, without its slashes. */
  | { kind: 'regex'; pattern: string; position: number }
  | FieldTerm

export interface FieldTerm {
  kind: 'field'
  name: string
  test: FieldTest
  /** The term as it was typed: a paste like `status:500` is also found as text. */
  text: string
  /** Offset of the term in the search text. */
  position: number
}

export type FieldTest =
  | { op: 'eq'; value: string }
  | { op: 'prefix'; value: string }
  | { op: 'regex'; pattern: string }
  | { op: 'exists' }
  | { op: Comparison; value: string }

export type Comparison = 'gt' | 'gte' | 'lt' | 'lte'

/** A literal: a word where it is a single token, a phrase otherwise. */
export function literal(text: string): SearchTerm {
  return /^[0-9A-Za-z\u0080-\u{10FFFF}]+$/u.test(text) ? { kind: 'word', text } : { kind: 'phrase', text }
}
