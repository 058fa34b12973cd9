// a / on (pod) group_left (node) b   a > bool 5   a and b
// At each step samples of both sides meet whose labels agree.
import { inSlices } from '#shared/in-slices.ts'
import { arithmetic } from '../binary-values.ts'
import { labelsOf } from '../pipeline/line-labels.ts'
import { failedQuery } from '../query-limits.ts'
import type { Labels } from '../result.ts'
import type { BinaryExpr, BinaryOp, Matching } from '../syntax/logql-expr.ts'
import { keyOfLabels, onlyNames, withoutNames, type Series, type SeriesTable } from './series.ts'

const comparisons = new Set<BinaryOp>(['==', '!=', '>', '>=', '<', '<='])

/** Series and a number: `literal` stands on the left where `isLeft`. */
export function withLiteral({ op, bool }: BinaryExpr, of: SeriesTable, literal: number, isLeft: boolean): SeriesTable {
  const result = of.empty()
  for (const { labels, key, values } of of.all) {
    const series = result.of(labels, key)
    for (const [step, value] of values.entries()) {
      if (value === undefined) continue
      const outcome = isLeft ? arithmetic(op, literal, value) : arithmetic(op, value, literal)
      // A comparison keeps the sample as it is, unless it asks for 0 and 1.
      if (!comparisons.has(op) || bool) series.values[step] = outcome
      else if (outcome === 1) series.values[step] = value
    }
  }
  return result
}

export async function binary(expr: BinaryExpr, left: SeriesTable, right: SeriesTable): Promise<SeriesTable> {
  const signature = signatureOf(expr.matching)
  const result = left.empty()
  const sides = { left: await signed(left, signature), right: await signed(right, signature) }
  const { op } = expr
  const meet =
    op === 'and' || op === 'unless' || op === 'or' ? setStep(op, sides, result) : arithmeticStep(expr, sides, result)
  await inSlices([...Array(left.steps).keys()], meet)
  return result
}

interface Signed extends Series {
  signature: string
}
interface Sides {
  left: readonly Signed[]
  right: readonly Signed[]
}

async function signed({ all }: SeriesTable, signature: (labels: Labels) => string): Promise<Signed[]> {
  const series: Signed[] = []
  await inSlices(all, (one) => void series.push({ ...one, signature: signature(one.labels) }))
  return series
}

function signatureOf(matching: Matching | undefined): (labels: Labels) => string {
  const names = new Set(matching?.labels)
  return (labels) => keyOfLabels(matching?.on === true ? onlyNames(labels, names) : withoutNames(labels, names))
}

const present = (series: readonly Signed[], step: number): Signed[] =>
  series.filter(({ values }) => values[step] !== undefined)

const setStep =
  (op: 'and' | 'or' | 'unless', sides: Sides, result: SeriesTable) =>
  (step: number): void => {
    const left = present(sides.left, step)
    const right = present(sides.right, step)
    const put = ({ labels, key, values }: Signed): void => void (result.of(labels, key).values[step] = values[step])
    const signatures = new Set((op === 'or' ? left : right).map(({ signature }) => signature))
    if (op === 'or') {
      for (const series of left) put(series)
      for (const series of right) if (!signatures.has(series.signature)) put(series)
    } else for (const series of left) if (signatures.has(series.signature) === (op === 'and')) put(series)
  }

const arithmeticStep = ({ op, bool, matching }: BinaryExpr, sides: Sides, result: SeriesTable) => {
  const isSwapped = matching?.group === 'right'
  const madeBy = new Map<Signed, Map<Signed, Series>>()
  /** The series of two that meet, which do so at many steps. */
  const seriesOf = (series: Signed, other: Signed): Series => {
    const known = madeBy.get(series) ?? new Map<Signed, Series>()
    const made = known.get(other) ?? result.of(resultLabels(series.labels, other.labels, matching))
    madeBy.set(series, known.set(other, made))
    return made
  }
  return (step: number): void => {
    const one = new Map<string, Signed>()
    for (const series of present(isSwapped ? sides.left : sides.right, step)) {
      if (one.has(series.signature)) throw duplicateSeries(isSwapped ? 'left' : 'right')
      one.set(series.signature, series)
    }
    const matched = new Set<string>()
    for (const series of present(isSwapped ? sides.right : sides.left, step)) {
      const other = one.get(series.signature)
      if (other === undefined) continue
      const made = seriesOf(series, other)
      const key = matching?.group === undefined ? series.signature : `${series.signature} ${made.key}`
      if (matched.has(key)) throw multipleMatches(matching)
      matched.add(key)
      const [mine, its] = [series.values[step]!, other.values[step]!]
      const [a, b] = isSwapped ? [its, mine] : [mine, its]
      const outcome = arithmetic(op, a, b)
      if (!comparisons.has(op) || bool) made.values[step] = outcome
      else if (outcome === 1) made.values[step] = a
    }
  }
}

const duplicateSeries = (side: string): Error =>
  failedQuery(
    `found duplicate series on the ${side} hand-side;many-to-many matching not allowed: ` +
      'matching labels must be unique on one side',
  )

const multipleMatches = (matching: Matching | undefined): Error =>
  failedQuery(
    matching?.group === undefined
      ? 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)'
      : 'multiple matches for labels: grouping labels must ensure unique matches',
  )

function resultLabels(labels: Labels, other: Labels, matching: Matching | undefined): Labels {
  if (matching === undefined) return labels
  const names = new Set(matching.labels)
  const kept =
    matching.group !== undefined ? labels : matching.on ? onlyNames(labels, names) : withoutNames(labels, names)
  if (matching.include.length === 0) return kept
  const included = new Set(matching.include)
  return labelsOf([
    ...Object.entries(kept).filter(([name]) => !included.has(name)),
    ...matching.include.flatMap((name): [string, string][] => {
      const value = other[name] ?? ''
      return value === '' ? [] : [[name, value]]
    }),
  ])
}
