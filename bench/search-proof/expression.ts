// What a search expression means.

export type Test =
  | { op: 'eq' | 'prefix'; value: string }
  | { op: 'regex'; pattern: string }
  | { op: 'exists' }
  | { op: 'between'; from?: string; fromCounts: boolean; to?: string; toCounts: boolean }

export interface FieldExpression {
  kind: 'field'
  name: string
  test: Test
  /** As it is written, which is searched for too. */
  text: string
}

export type Expression =
  | { kind: 'and' | 'or'; terms: readonly Expression[] }
  | { kind: 'not'; term: Expression }
  | { kind: 'literal' | 'prefix'; text: string }
  | { kind: 'regex'; pattern: string }
  | FieldExpression
