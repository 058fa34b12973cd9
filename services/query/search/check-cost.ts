// Pure: refuses a search whose statement the engine could not be stopped in: while it plans a statement, compiles an
// expression, or matches one in a block of rows, no limit of time is in force.
import { invalidParameter } from '#shared/errors.ts'
import { regexCost } from './regex-cost.ts'
import { isLineField } from './search-field.ts'
import { podTermsOf } from './pod-terms.ts'
import { regexLengthMax } from './search-regex.ts'
import type { SearchNode, SearchTerm } from './syntax/search-node.ts'

/** µs for each block of rows. */
const regexCostMax = 16_500
/** With so many, a block of 1 MB of a's and b's takes some 5 s, by which a request may pass its limit of time. */
const regexStatesMax = 500
/** Planning such a term takes some ms in each of the statements of a request. */
const lineFieldsMax = 100
/** Each takes two statements, and has the names of its pods in each of the statements that read lines. */
const podTermsMax = 16

/** Throws 400 where a search is too large. */
export function checkCost(node: SearchNode): void {
  const beyond = podTermsOf(node)[podTermsMax]
  if (beyond !== undefined)
    throw invalidParameter(
      'q',
      `too many terms up to position ${beyond.position} are about owners and labels: up to ${podTermsMax} are allowed; ` +
        'name the label once with a regular expression, as in label.app:/^(cart|web)$/, or give the parameter label',
      beyond.position,
    )
  let micros = 0
  let states = 0
  let fields = 0
  for (const term of termsOf(node)) {
    if (term.kind === 'field' && isLineField(term.name) && (fields += weightOf(term.name)) > lineFieldsMax)
      throw invalidParameter(
        'q',
        `too many terms up to position ${term.position} are about fields of the line: up to ${lineFieldsMax} are ` +
          'allowed, dotted names count twice; name the field once with a regular expression, as in status:/^50[0-4]$/',
        term.position,
      )
    const expression = expressionOf(term)
    // A longer one is refused with its length.
    if (expression === undefined || expression.pattern.length > regexLengthMax) continue
    const { pattern, position } = expression
    // Of a field of the line, several values are matched.
    const times = term.kind === 'field' && isLineField(term.name) ? 2 + weightOf(term.name) : 1
    const cost = regexCost(pattern)
    micros += cost.micros * times
    if (micros > regexCostMax)
      throw invalidParameter(
        'q',
        `the regular expression at position ${position} is too large: classes such as \\p{L} may stand ` +
          '20 times in a search, repetitions counted; write \\p{L}+ or \\S{1,40} instead',
        position,
      )
    states += cost.states * times
    if (states > regexStatesMax)
      throw invalidParameter(
        'q',
        `the regular expression at position ${position} is too large to be matched in long lines: what is repeated, ` +
          `and classes such as . or [a-z], may have ${regexStatesMax} copies in a search, as in .{${regexStatesMax}}; ` +
          'write .* or \\S+ instead',
        position,
      )
  }
}

/** `user.name` is searched as one key, and as the key `name` inside the key `user`. */
const weightOf = (name: string): number => (name.includes('.') ? 2 : 1)

function termsOf(node: SearchNode): SearchTerm[] {
  if (node.kind === 'and' || node.kind === 'or') return node.terms.flatMap(termsOf)
  return node.kind === 'not' ? termsOf(node.term) : [node]
}

function expressionOf(term: SearchTerm): { pattern: string; position: number } | undefined {
  if (term.kind === 'regex') return term
  return term.kind === 'field' && term.test.op === 'regex' ? { ...term.test, position: term.position } : undefined
}
