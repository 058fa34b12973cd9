// Pure: refuses a search whose statement the engine could not be stopped in: while it plans a statement, compiles an
// expression, or matches one in a block of rows, no limit of time is in force.
import { invalidParameter } from '#shared/errors.ts'
import { regexCost } from './regex-cost.ts'
import { groupFields, isLineField } from './search-field.ts'
import { podTermsOf } from './pod-terms.ts'
import { regexLengthMax } from './search-regex.ts'
import { idKindOf } from './trace-spellings.ts'
import type { FieldTerm, SearchNode, SearchTerm } from './syntax/search-node.ts'

/** µs for each block of rows. */
const regexCostMax = 16_500
/** With so many, a block of 1 MB of a's and b's takes some 5 s, by which a request may pass its limit of time. */
const regexStatesMax = 500
/** Planning such a term takes some 20 ms in each of the statements of a request. */
const lineFieldsMax = 40
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
  checkFields(node)
  for (const term of termsOf(node)) {
    const expression = expressionOf(term)
    // A longer one is refused with its length.
    if (expression === undefined || expression.pattern.length > regexLengthMax) continue
    const { pattern, position } = expression
    // Of a field of the line, several values are matched.
    const times = term.kind === 'field' && isLineField(term.name) ? 2 : 1
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

function checkFields(node: SearchNode): void {
  let fields = 0
  for (const { name, position } of fieldsOf(node)) {
    fields += weightOf(name)
    if (fields > lineFieldsMax)
      throw invalidParameter(
        'q',
        `too many terms up to position ${position} are about fields of the line: up to ${lineFieldsMax} are ` +
          'allowed, dotted names count twice, ids of traces four times, and values with OR between them once; ' +
          'name the field once, as in status:(500 OR 502) or status:/^50[0-4]$/',
        position,
      )
  }
}

/** Terms about fields of the line; of those that are looked up together, one. */
function fieldsOf(node: SearchNode): FieldTerm[] {
  if (node.kind === 'and') return node.terms.flatMap(fieldsOf)
  if (node.kind === 'not') return fieldsOf(node.term)
  if (node.kind === 'field') return weightOf(node.name) === 0 ? [] : [node]
  if (node.kind !== 'or') return []
  const { fields, others } = groupFields(node.terms)
  return [...others.flatMap(fieldsOf), ...fields.map(([first]) => first)]
}

/** `user.name` is several keys, and an id has spellings. */
function weightOf(name: string): number {
  if (idKindOf(name) !== undefined) return 4
  return isLineField(name) ? (name.includes('.') ? 2 : 1) : 0
}

function termsOf(node: SearchNode): SearchTerm[] {
  if (node.kind === 'and' || node.kind === 'or') return node.terms.flatMap(termsOf)
  return node.kind === 'not' ? termsOf(node.term) : [node]
}

function expressionOf(term: SearchTerm): { pattern: string; position: number } | undefined {
  if (term.kind === 'regex') return term
  return term.kind === 'field' && term.test.op === 'regex' ? { ...term.test, position: term.position } : undefined
}
