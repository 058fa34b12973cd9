// Samples of one time: how they are grouped, and how two sides meet.
import { meanOf, sumOf, varianceOf } from './windows.ts'
import type { LabelSet } from './plain-line.ts'

export interface Point {
  labels: LabelSet
  value: number
}
export type Vector = readonly Point[]

/** The query is refused: what it asks for has no answer. */
export class Refused extends Error {}
/** More than one answer is right. */
export class ManyAnswers extends Error {}

export interface Names {
  names: readonly string[]
  /** All labels but these. */
  isWithout: boolean
}

export const keyOf = (labels: LabelSet): string => JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))

/** Labels without a value are none. */
const chosen = (labels: LabelSet, { names, isWithout }: Names): LabelSet =>
  Object.fromEntries(Object.entries(labels).filter(([name, value]) => value !== '' && names.includes(name) !== isWithout))

export const folds = {
  sum: sumOf,
  avg: meanOf,
  count: (all: readonly number[]) => all.length,
  min: (all: readonly number[]) => extreme(all, Math.min),
  max: (all: readonly number[]) => extreme(all, Math.max),
  stddev: (all: readonly number[]) => Math.sqrt(varianceOf(all)),
  stdvar: varianceOf,
} satisfies Record<string, (all: readonly number[]) => number>

/** What is no number counts only where there is nothing else. */
const extreme = (all: readonly number[], of: (...values: number[]) => number): number => {
  const numbers = all.filter((value) => !Number.isNaN(value))
  return numbers.length === 0 ? Number.NaN : of(...numbers)
}

const groupsOf = (vector: Vector, names: Names): Point[][] => [
  ...Map.groupBy(vector, ({ labels }) => keyOf(chosen(labels, names))).values(),
]

export const fold = (vector: Vector, names: Names, of: (all: readonly number[]) => number): Point[] =>
  groupsOf(vector, names).map((group) => ({
    labels: chosen(group[0]!.labels, names),
    value: of(group.map(({ value }) => value)),
  }))

export function best(vector: Vector, names: Names, { count, isTop }: { count: number; isTop: boolean }): Point[] {
  const sign = isTop ? -1 : 1
  const rank = (value: number): number => (Number.isNaN(value) ? Infinity : sign * value)
  return groupsOf(vector, names).flatMap((group) => {
    const sorted = group.toSorted((a, b) => rank(a.value) - rank(b.value) || 0)
    const [last, next] = [sorted[count - 1], sorted[count]]
    if (next !== undefined && isNear(rank(last!.value), rank(next.value))) throw new ManyAnswers('values at the end are equal')
    return sorted.slice(0, count)
  })
}

const isNear = (a: number, b: number): boolean => a === b || Math.abs(a - b) <= Math.abs(b) * 1e-9

export const isComparison = (operator: string): boolean => /[<>]|[=!]=/.test(operator)

export function calculate(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return b === 0 ? Number.NaN : a / b
    case '%':
      return b === 0 ? Number.NaN : a % b
    case '^':
      return a ** b
    case '==':
      return Number(a === b)
    case '!=':
      return Number(a !== b)
    case '>':
      return Number(a > b)
    case '>=':
      return Number(a >= b)
    case '<':
      return Number(a < b)
    case '<=':
      return Number(a <= b)
    default:
      throw new Error(`no operator: ${operator}`)
  }
}

/** A side is a vector or a number. Comparisons keep samples of the vector, unless they ask for 0 and 1. */
export function withNumber(
  vector: Vector,
  operator: { sign: string; bool: boolean },
  number: { value: number; isLeft: boolean },
) {
  const { sign, bool } = operator
  return vector.flatMap(({ labels, value }): Point[] => {
    const result = number.isLeft ? calculate(sign, number.value, value) : calculate(sign, value, number.value)
    if (!isComparison(sign) || bool) return [{ labels, value: result }]
    return result === 1 ? [{ labels, value }] : []
  })
}

export interface Meeting {
  sign: string
  bool: boolean
  /** By which labels samples meet; undefined: by all. */
  on: Names | undefined
  many: 'left' | 'right' | undefined
}

export function meet(left: Vector, right: Vector, { sign, bool, on, many }: Meeting): Point[] {
  const key = ({ labels }: Point): string => keyOf(chosen(labels, on ?? { names: [], isWithout: true }))
  const keysOf = (vector: Vector): Set<string> => new Set(vector.map(key))
  if (sign === 'and') return left.filter((one) => keysOf(right).has(key(one)))
  if (sign === 'unless') return left.filter((one) => !keysOf(right).has(key(one)))
  if (sign === 'or') return [...left, ...right.filter((one) => !keysOf(left).has(key(one)))]
  const [several, single] = many === 'right' ? [right, left] : [left, right]
  const one = new Map(single.map((point) => [key(point), point]))
  if (one.size < single.length) throw new Refused('samples of one side are alike')
  const pairs = several.flatMap((point) => {
    const other = one.get(key(point))
    return other === undefined ? [] : [{ point, other }]
  })
  if (many === undefined && keysOf(pairs.map(({ point }) => point)).size < pairs.length)
    throw new Refused('one sample meets several')
  return pairs.flatMap(({ point, other }): Point[] => {
    const [a, b] = many === 'right' ? [other.value, point.value] : [point.value, other.value]
    const value = calculate(sign, a, b)
    const labels = on === undefined || many !== undefined ? point.labels : chosen(point.labels, on)
    if (!isComparison(sign) || bool) return [{ labels, value }]
    return value === 1 ? [{ labels, value: a }] : []
  })
}
