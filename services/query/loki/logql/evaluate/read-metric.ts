// A metric expression: its ranges are read one after the other, and combined as the expression says.
import { labelsOf } from '../pipeline/line-labels.ts'
import type { Labels } from '../result.ts'
import type { Grouping, MetricExpr, RangeExpr } from '../syntax/logql-expr.ts'
import { aggregate } from './aggregate.ts'
import { binary, withLiteral } from './binary.ts'
import { labelReplace } from './label-replace.ts'
import { readRange, type MetricContext } from './read-range.ts'
import { SeriesTable } from './series.ts'

/** `outer`: of a `sum` right around the expression. */
export async function readMetric(context: MetricContext, expr: MetricExpr, outer?: Grouping): Promise<SeriesTable> {
  switch (expr.kind) {
    case 'range':
      return expr.op === 'absent_over_time' ? readAbsent(context, expr) : readRange(context, expr, outer)
    case 'aggregate': {
      const inner = expr.op === 'sum' ? (expr.grouping ?? { without: false, labels: [] }) : undefined
      return aggregate(expr, await readMetric(context, expr.of, inner))
    }
    case 'label-replace':
      return labelReplace(expr, await readMetric(context, expr.of))
    case 'literal':
    case 'vector':
      return constant(context, expr.value)
    case 'binary': {
      const { left, right } = expr
      if (left.kind === 'literal') return withLiteral(expr, await readMetric(context, right), left.value, true)
      if (right.kind === 'literal') return withLiteral(expr, await readMetric(context, left), right.value, false)
      const leftTable = await readMetric(context, left)
      return binary(expr, leftTable, await readMetric(context, right))
    }
  }
}

function constant({ steps, budget }: MetricContext, value: number): SeriesTable {
  const table = new SeriesTable(steps.count, budget)
  table.of(labelsOf([])).values.fill(value)
  return table
}

/** 1 at each step where no line is, with the labels that the selector gives one value. */
async function readAbsent(context: MetricContext, range: RangeExpr): Promise<SeriesTable> {
  const found = await readRange(context, range, undefined)
  const table = found.empty()
  const { values } = table.of(absentLabels(range))
  for (let step = 0; step < found.steps; step++)
    if (!found.all.some((series) => series.values[step] !== undefined)) values[step] = 1
  return table
}

function absentLabels({ log: { matchers } }: RangeExpr): Labels {
  const values = new Map<string, string>()
  const unclear = new Set<string>()
  for (const { name, op, value } of matchers) {
    if (op === '=' && !values.has(name)) values.set(name, value)
    else unclear.add(name)
  }
  return labelsOf([...values].filter(([name, value]) => !unclear.has(name) && value !== ''))
}
