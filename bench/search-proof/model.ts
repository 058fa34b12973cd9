// Evaluates an expression over a line in memory: what the search should find.
import type { CorpusLine } from './line-corpus.ts'
import type { Expression, FieldExpression, Test } from './expression.ts'
import { assignedValues, valuesIn } from './model-fields.ts'
import { hasLiteral, readings, validText, type ReadText } from './model-text.ts'

export interface ModelLine extends CorpusLine {
  stored: string
  texts: readonly ReadText[]
  /** What was looked up of fields, by name. */
  values: Map<string, readonly (string | undefined)[]>
}

export function modelOf(line: CorpusLine): ModelLine {
  const stored = validText(line.message)
  return { ...line, stored, texts: readings(stored), values: new Map() }
}

export function isTrue(expression: Expression, line: ModelLine): boolean {
  switch (expression.kind) {
    case 'and':
      return expression.terms.every((term) => isTrue(term, line))
    case 'or':
      return expression.terms.some((term) => isTrue(term, line))
    case 'not':
      return !isTrue(expression.term, line)
    case 'literal':
      return hasLiteral(line.texts, expression.text)
    case 'prefix':
      return hasLiteral(line.texts, expression.text, true)
    case 'regex':
      return re2(expression.pattern).test(line.stored)
    case 'field':
      return isField(expression, line)
  }
}

const ranks = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']

function isField({ name, test, text }: FieldExpression, line: ModelLine): boolean {
  if (name === 'pod') return passes(line.pod, test)
  if (name === 'severity') return severityPasses(line.severity, test)
  if (name === 'restart') return passes(String(line.restart), test)
  const values = valuesOf(name, line)
  if (/^(?:attributes|labels)\./.test(name)) return values.some((value) => passes(value, test))
  const found = values.some((value) => passes(value?.toLowerCase(), test.op === 'regex' ? test : lowered(test), value))
  return found || (test.op === 'eq' && hasLiteral(line.texts, text))
}

function valuesOf(name: string, line: ModelLine): readonly (string | undefined)[] {
  const known = line.values.get(name)
  if (known !== undefined) return known
  const values = lookUp(name, line)
  line.values.set(name, values)
  return values
}

function lookUp(name: string, { attributes, labels, stored, texts }: ModelLine): (string | undefined)[] {
  if (name.startsWith('attributes.')) return mapValues(attributes, name.slice(11))
  if (name.startsWith('labels.')) return mapValues(labels, name.slice(7))
  return [
    ...mapValues(attributes, name),
    ...mapValues(labels, name),
    ...(stored.startsWith('{') ? valuesIn([stored], name) : []),
    ...assignedValues(stored, texts, name),
  ]
}

const mapValues = (map: Readonly<Record<string, string>>, name: string) => valuesIn([JSON.stringify(map)], name)

/** A dot of RE2 is any character but the end of a line. */
const re2 = (pattern: string): RegExp => new RegExp(pattern.replaceAll('.', String.raw`[^\n]`))

const lowered = (test: Test): Test =>
  test.op === 'eq' || test.op === 'prefix' ? { ...test, value: test.value.toLowerCase() } : test

/** `value` is undefined for an object. `original` has its capitals. */
function passes(value: string | undefined, test: Test, original = value): boolean {
  if (test.op === 'exists') return value !== ''
  if (value === undefined || original === undefined) return false
  switch (test.op) {
    case 'eq':
      return value === test.value
    case 'prefix':
      return value.startsWith(test.value)
    case 'regex':
      return re2(test.pattern).test(original)
    case 'between':
      return between(value, test)
  }
}

function severityPasses(severity: string, test: Test): boolean {
  if (test.op !== 'between') return passes(severity, test)
  const rank = ranks.indexOf(severity)
  if (rank < 0) return false
  const { from, fromCounts, to, toCounts } = test
  const [low, high] = [from === undefined ? -1 : ranks.indexOf(from), to === undefined ? 99 : ranks.indexOf(to)]
  return (fromCounts ? rank >= low : rank > low) && (toCounts ? rank <= high : rank < high)
}

function between(value: string, { from, fromCounts, to, toCounts }: Extract<Test, { op: 'between' }>): boolean {
  const number = decimal(value)
  if (number === undefined) return false
  const [low, high] = [from === undefined ? undefined : decimal(from)!, to === undefined ? undefined : decimal(to)!]
  return (
    (low === undefined || (fromCounts ? number >= low : number > low)) &&
    (high === undefined || (toCounts ? number <= high : number < high))
  )
}

/** In units of 10^-20. */
function decimal(text: string): bigint | undefined {
  const [, sign, whole = '', fraction = ''] = /^([-+]?)(?=\.?\d)(\d*)(?:\.(\d*))?$/.exec(text) ?? []
  if (sign === undefined) return undefined
  const digits = BigInt(whole + fraction.padEnd(20, '0').slice(0, 20))
  return sign === '-' ? -digits : digits
}
