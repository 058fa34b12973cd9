// Which labels a sample has: those of its line, restricted to what the query groups by.
import type { Grouping, RangeExpr } from '../syntax/logql-expr.ts'
import { labelsOf, type LineLabels } from '../pipeline/line-labels.ts'
import type { Labels } from '../result.ts'

export interface SampleGrouping {
  /** Undefined: all labels. */
  grouping: Grouping | undefined
  /** One series, whatever the labels. */
  noLabels: boolean
}

const summable = new Set(['count_over_time', 'rate', 'bytes_over_time', 'bytes_rate', 'sum_over_time'])

const isSingle = (grouping: Grouping | undefined): boolean =>
  grouping !== undefined && !grouping.without && grouping.labels.length === 0

/** `outer`: of a `sum` around the range, which needs no other labels than its own. */
export function sampleGrouping(range: RangeExpr, outer: Grouping | undefined): SampleGrouping {
  const chosen = outer !== undefined && summable.has(range.op) ? outer : range.grouping
  const noLabels = range.op === 'absent_over_time' || isSingle(chosen)
  if (range.unwrap === undefined) return { grouping: chosen?.labels.length === 0 ? undefined : chosen, noLabels }
  // What became the value is no label.
  return chosen === undefined || chosen.labels.length === 0 || chosen.without
    ? { grouping: { without: true, labels: [...(chosen?.labels ?? []), range.unwrap.name] }, noLabels }
    : { grouping: chosen, noLabels }
}

const noneAtAll: Labels = labelsOf([])

export function groupedLabels(labels: LineLabels, { grouping, noLabels }: SampleGrouping): Labels {
  // An error is never lost: it is told instead of an answer.
  if (labels.error !== '') return labelsOf(labels.entries())
  if (noLabels) return noneAtAll
  if (grouping === undefined) return labelsOf(labels.entries())
  const names = new Set(grouping.labels)
  const { without } = grouping
  return labelsOf([...labels.entries()].filter(([name]) => names.has(name) !== without))
}
