// a / on (pod) group_left (node) b   a > bool 5   a and b
// At each step samples of both sides meet whose labels agree.
import { arithmetic } from '../binary-values.ts'
import { labelsOf } from '../pipeline/line-labels.ts'
import { failedQuery } from '../query-limits.ts'
import type { Labels } from '../result.ts'
import type { BinaryExpr, BinaryOp, Matching } from '../syntax/logql-expr.ts'
import { keyOfLabels, onlyNames, SeriesTable, withoutNames, type Series } from './series.ts'

const comparisons = new Set<BinaryOp>(['==', '!=', '>', '>=', '<', '<='])

/** Series and a number: `literal` stands on the left where `isLeft`. */
export function withLiteral({ op, bool }: BinaryExpr, of: SeriesTable, literal: number, isLeft: boolean): SeriesTable {
  const result = new SeriesTable(of.steps)
  for (const { labels, values } of of.all) {
    const series = result.of(labels)
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

export function binary(expr: BinaryExpr, left: SeriesTable, right: SeriesTable): SeriesTable {
  const signature = signatureOf(expr.matching)
  const result = new SeriesTable(left.steps)
  const sides = { left: signed(left, signature), right: signed(right, signature) }
  for (let step = 0; step < left.steps; step++) {
    if (expr.op === 'and' || expr.op === 'unless' || expr.op === 'or') setStep(expr.op, sides, step, result)
    else arithmeticStep(expr, sides, step, result)
  }
  return result
}

interface Signed extends Series {
  signature: string
}
interface Sides {
  left: readonly Signed[]
  right: readonly Signed[]
}

const signed = (table: SeriesTable, signature: (labels: Labels) => string): Signed[] =>
  table.all.map((series) => ({ ...series, signature: signature(series.labels) }))

function signatureOf(matching: Matching | undefined): (labels: Labels) => string {
  const names = new Set(matching?.labels)
  return (labels) => keyOfLabels(matching?.on === true ? onlyNames(labels, names) : withoutNames(labels, names))
}

const present = (series: readonly Signed[], step: number): Signed[] =>
  series.filter(({ values }) => values[step] !== undefined)

function setStep(op: 'and' | 'or' | 'unless', sides: Sides, step: number, result: SeriesTable): void {
  const left = present(sides.left, step)
  const right = present(sides.right, step)
  const put = ({ labels, values }: Signed): void => void (result.of(labels).values[step] = values[step])
  const signatures = new Set((op === 'or' ? left : right).map(({ signature }) => signature))
  if (op === 'or') {
    for (const series of left) put(series)
    for (const series of right) if (!signatures.has(series.signature)) put(series)
  } else for (const series of left) if (signatures.has(series.signature) === (op === 'and')) put(series)
}

function arithmeticStep(expr: BinaryExpr, sides: Sides, step: number, result: SeriesTable): void {
  const { op, bool, matching } = expr
  const isSwapped = matching?.group === 'right'
  const many = present(isSwapped ? sides.right : sides.left, step)
  const one = new Map<string, Signed>()
  for (const series of present(isSwapped ? sides.left : sides.right, step)) {
    if (one.has(series.signature))
      throw failedQuery(
        `found duplicate series on the ${isSwapped ? 'left' : 'right'} hand-side;many-to-many matching not allowed: ` +
          'matching labels must be unique on one side',
      )
    one.set(series.signature, series)
  }
  const matched = new Set<string>()
  for (const series of many) {
    const other = one.get(series.signature)
    if (other === undefined) continue
    const labels = resultLabels(series.labels, other.labels, matching)
    const key = matching?.group === undefined ? series.signature : `${series.signature} ${keyOfLabels(labels)}`
    if (matched.has(key))
      throw failedQuery(
        matching?.group === undefined
          ? 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)'
          : 'multiple matches for labels: grouping labels must ensure unique matches',
      )
    matched.add(key)
    const [a, b] = isSwapped ? [other.values[step]!, series.values[step]!] : [series.values[step]!, other.values[step]!]
    const outcome = arithmetic(op, a, b)
    if (!comparisons.has(op) || bool) result.of(labels).values[step] = outcome
    else if (outcome === 1) result.of(labels).values[step] = a
  }
}

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
