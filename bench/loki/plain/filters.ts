// What tests a line, and what tests its labels.
import { matchesPattern } from './parse-text.ts'
import { plainRegex, type PlainLine } from './plain-line.ts'
import { bytesOf, durationOf, hasAddress, networkTest, numberOf } from './quantities.ts'

export type LineOperator = '|=' | '!=' | '|~' | '!~' | '|>' | '!>'

/** One of the alternatives is enough; a negative filter lets no line through that has one. */
export function lineTest(operator: LineOperator, alternatives: readonly string[]): (text: string) => boolean {
  const tests = alternatives.map((one) => has(operator, one))
  return (text) => tests.some((test) => test(text)) !== operator.startsWith('!')
}

function has(operator: LineOperator, one: string): (text: string) => boolean {
  switch (operator) {
    case '|=':
    case '!=':
      return (text) => text.includes(one)
    case '|~':
    case '!~': {
      const regex = plainRegex(one)
      return (text) => regex.test(text)
    }
    case '|>':
    case '!>':
      return (text) => matchesPattern(text, one)
  }
}

export function addressTest(isNegative: boolean, network: string): (text: string) => boolean {
  const isIn = networkTest(network)
  return (text) => hasAddress(text, isIn) !== isNegative
}

export type TextOperator = '=' | '!=' | '=~' | '!~'

/** Of a whole value. `dotAll`: `.` is also a line break, as in selectors. */
export function valueTest(operator: TextOperator, value: string, { dotAll = false } = {}): (text: string) => boolean {
  const isNegative = operator.startsWith('!')
  const regex = operator.endsWith('~') ? plainRegex(value, { isWhole: true, dotAll }) : undefined
  return (text) => (regex?.test(text) ?? text === value) !== isNegative
}

export type Unit = 'number' | 'duration' | 'bytes'

/** A size has 64 bits. */
function bytes64Of(text: string): number | undefined {
  const bytes = bytesOf(text)
  return bytes === undefined || bytes >= 2 ** 64 ? undefined : bytes
}
const readers = { number: numberOf, duration: durationOf, bytes: bytes64Of } satisfies Record<Unit, unknown>

/** Of a label; where it is none of the unit, the line passes with an error. */
export function quantityTest(name: string, operator: string, literal: string, unit: Unit): (line: PlainLine) => boolean {
  const read = readers[unit]
  const bound = read(literal)!
  return (line) => {
    const text = line.get(name)
    if (text === undefined) return false
    const value = read(text)
    if (value !== undefined) return compares(operator, value, bound)
    if (line.error === '') line.error = 'LabelFilterErr'
    return true
  }
}

function compares(operator: string, a: number, b: number): boolean {
  switch (operator) {
    case '>':
      return a > b
    case '>=':
      return a >= b
    case '<':
      return a < b
    case '<=':
      return a <= b
    case '!=':
      return a !== b
    default:
      return a === b
  }
}

export function addressLabelTest(name: string, isNegative: boolean, network: string): (line: PlainLine) => boolean {
  const test = addressTest(isNegative, network)
  return (line) => {
    const text = line.get(name)
    return line.error !== '' || (text !== undefined && test(text))
  }
}
