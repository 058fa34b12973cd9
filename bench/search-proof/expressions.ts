// Random search expressions: what they mean, for the model, and how they are written, for the search.
import type { Random } from '../storage/random.ts'
import type { Expression, Test } from './expression.ts'
import { names, values, words } from './line-corpus.ts'
import type { ReadText } from './model-text.ts'

/** What an expression is made from. */
export interface ReadLine {
  texts: readonly ReadText[]
}

export interface Written {
  expression: Expression
  text: string
}

export function writeExpression(random: Random, lines: readonly ReadLine[], depth = 2): Written {
  const kind = depth === 0 ? 9 : random.int(10)
  if (kind < 2) return joined(random, 'or', some(random, lines, depth))
  if (kind < 5) return joined(random, 'and', some(random, lines, depth))
  if (kind < 6) {
    const { expression, text } = writeExpression(random, lines, depth - 1)
    return { expression: { kind: 'not', term: expression }, text: `${random.pick(['-', 'NOT '])}(${text})` }
  }
  if (kind < 7) return group(random)
  return term(random, lines)
}

const some = (random: Random, lines: readonly ReadLine[], depth: number): Written[] =>
  Array.from({ length: 2 + random.int(2) }, () => writeExpression(random, lines, depth - 1))

function joined(random: Random, kind: 'and' | 'or', parts: readonly Written[]): Written {
  const sign = kind === 'or' ? ' OR ' : random.pick([' ', ' AND '])
  return {
    expression: { kind, terms: parts.map(({ expression }) => expression) },
    text: parts.map(({ text }) => `(${text})`).join(sign),
  }
}

/** `status:(500 OR 404)` */
function group(random: Random): Written {
  const name = random.pick(names)
  const alternatives = [random.pick(values), random.pick(values)].map((value) => eqOf(name, value))
  return {
    expression: { kind: 'or', terms: alternatives.map(({ expression }) => expression) },
    text: `${name}:(${alternatives.map(({ text }) => text.slice(name.length + 1)).join(' OR ')})`,
  }
}

function term(random: Random, lines: readonly ReadLine[]): Written {
  const kind = random.int(12)
  if (kind < 2) return literal(random.pick(words))
  if (kind < 5) return literal(partOf(random, random.pick(lines)))
  if (kind < 6) {
    const word = random.pick(words)
    const text = word.slice(0, 1 + random.int(word.length))
    return { expression: { kind: 'prefix', text }, text: `${text}*` }
  }
  if (kind < 7) {
    const pattern = random.pick([
      'time(out)+',
      ' refused',
      'carts? ',
      '[45]0[04]',
      '(?:error|ok)s?.',
      '^error',
      'ok$',
      '"status": ?"?5',
      'http',
    ])
    return { expression: { kind: 'regex', pattern }, text: `/${pattern}/` }
  }
  return field(random)
}

/** A stretch of a text as the line is stored or read, which begins and ends anywhere. */
function partOf(random: Random, line: ReadLine): string {
  const chars = Array.from(random.pick(line.texts).text)
  const from = random.int(chars.length || 1)
  const part = chars.slice(from, from + 1 + random.int(random.pick([6, 12, 40]))).join('')
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(part) ? part : 'error'
}

function literal(text: string): Written {
  const isBare = /^[\p{L}\p{Nd}“”：→│’-]+$/u.test(text) && !/^(?:OR|AND|NOT|-)/.test(text)
  return { expression: { kind: 'literal', text }, text: isBare ? text : quoted(text) }
}

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`

function field(random: Random): Written {
  const kind = random.int(10)
  if (kind === 0) return fieldOf('pod', { op: 'eq', value: `pod-${random.int(6)}` }, (value) => value)
  if (kind === 1) {
    const from = random.pick(['debug', 'info', 'warn', 'error'])
    const test: Test = { op: 'between', from, fromCounts: true, toCounts: true }
    return written('severity', test, `>=${from}`)
  }
  const where = random.pick(['', '', '', '', 'attributes.', 'labels.'])
  return fieldTest(random, where + random.pick(names))
}

function fieldTest(random: Random, name: string): Written {
  const value = random.pick(values)
  const kind = random.int(6)
  if (kind === 0) return written(name, { op: 'exists' }, '*')
  if (kind === 1) return comparison(random, name)
  if (kind === 2 && /^[A-Za-z0-9]+$/.test(value)) {
    const begin = value.slice(0, 1 + random.int(value.length))
    return written(name, { op: 'prefix', value: begin }, `${begin}*`)
  }
  if (kind === 3) return written(name, { op: 'regex', pattern: '^[A-Z5]' }, '/^[A-Z5]/')
  return eqOf(name, value)
}

function comparison(random: Random, name: string): Written {
  const numbers = ['500', '404', '200', '0', '-3', '1.5', '12.25', '9007199254740992', '9007199254740993', '18446744073709551616']
  const [from, to] = [random.pick(numbers), random.pick(numbers)]
  switch (random.int(4)) {
    case 0:
      return written(name, { op: 'between', from, fromCounts: false, toCounts: true }, `>${from}`)
    case 1:
      return written(name, { op: 'between', to, fromCounts: true, toCounts: true }, `<=${to}`)
    case 2:
      return written(name, { op: 'between', from, fromCounts: true, to, toCounts: true }, `${from}..${to}`)
    default:
      return written(name, { op: 'between', from, fromCounts: true, to, toCounts: false }, `[${from} TO ${to}}`)
  }
}

const eqOf = (name: string, value: string): Written =>
  fieldOf(name, { op: 'eq', value }, (each) => (/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(each) ? each : quoted(each)))

const fieldOf = (name: string, test: { op: 'eq'; value: string }, write: (value: string) => string): Written =>
  written(name, test, write(test.value))

function written(name: string, test: Test, value: string): Written {
  const text = `${name}:${value}`
  return { expression: { kind: 'field', name, test, text }, text }
}
