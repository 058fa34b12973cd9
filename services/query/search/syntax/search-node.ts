// The tree of a search text, between the parser (parse-search.ts) and the SQL (search.ts). A node is plain data that
// names no column and knows no engine. docs/search.md describes the language for its users.

export type SearchNode =
  /** Every term matches. Without terms: every line. */
  | { kind: 'and'; terms: readonly SearchNode[] }
  | { kind: 'or'; terms: readonly SearchNode[] }
  | { kind: 'not'; term: SearchNode }
  | SearchTerm

export type SearchTerm =
  /** One token: ASCII letters, digits and characters outside ASCII. */
  | { kind: 'word'; text: string }
  /** Literal text with other characters than letters and digits in it. */
  | { kind: 'phrase'; text: string }
  /** Literal text, after which the line may go on; without its star. */
  | { kind: 'prefix'; text: string }
  /** A regular expression of RE2, without its slashes. */
  | { kind: 'regex'; pattern: string; position: number }
  | FieldTerm

export interface FieldTerm {
  kind: 'field'
  name: string
  test: FieldTest
  /** The term as it was typed: `status:500` also finds this text. */
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
  | { op: 'range'; from: Bound<'gt' | 'gte'>; to: Bound<'lt' | 'lte'> }

export interface Bound<Op extends Comparison> {
  op: Op
  value: string
}

export type Comparison = 'gt' | 'gte' | 'lt' | 'lte'

/** A word where the text is a single token, else a phrase. */
export function literal(text: string): SearchTerm {
  return /^[0-9A-Za-z\u0080-\u{10FFFF}]+$/u.test(text) ? { kind: 'word', text } : { kind: 'phrase', text }
}
