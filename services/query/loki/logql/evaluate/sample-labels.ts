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

/** The labels of a sample, and a text that is cheap to make: of two that differ the labels may still be the same. */
export interface SampleKey {
  text: string
  labels(): Labels
}

const none: SampleKey = { text: '', labels: () => labelsOf([]) }

export function sampleKey(labels: LineLabels, { grouping, noLabels }: SampleGrouping): SampleKey {
  // An error is never lost: it is told instead of an answer.
  if (labels.error === '' && noLabels) return none
  if (labels.error !== '' || grouping === undefined) return keyOf(Array.from(labels.entries()))
  if (grouping.without) {
    const names = new Set(grouping.labels)
    return keyOf(Array.from(labels.entries()).filter(([name]) => !names.has(name)))
  }
  return keyOf(
    grouping.labels.flatMap((name) => {
      const value = labels.get(name)
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
}

function keyOf(entries: readonly (readonly [string, string])[]): SampleKey {
  let text = ''
  for (const [name, value] of entries) text += `${name}\u0001${value}\u0002`
  return { text, labels: () => labelsOf(entries) }
}
