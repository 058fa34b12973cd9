// What came of a case: as Loki, said to be not supported, or wrong.

export type Outcome =
  | { outcome: 'passed' }
  | { outcome: 'not supported'; query: string; came: string }
  | {
      outcome: 'wrong'
      query: string
      expected: string
      came: string
      /** Where Afterlog refuses the selector: what came of the query behind one that it takes. */
      cameBehindMatcher?: Outcome['outcome']
    }

export const passed: Outcome = { outcome: 'passed' }
