// sum by (pod) (…)   topk(5, …)   sort_desc(…)
// One value of the values of a group at each step; topk and its like keep some of them, with all labels.
import { inSlices } from '#shared/in-slices.ts'
import type { AggregateExpr, Grouping } from '../syntax/logql-expr.ts'
import { keyOfLabels, onlyNames, withoutNames, type Series, type SeriesTable } from './series.ts'
import type { Labels } from '../result.ts'

export async function aggregate({ op, grouping, parameter = 0 }: AggregateExpr, of: SeriesTable): Promise<SeriesTable> {
  const groups = await groupsOf(of.all, grouping)
  const result = of.empty()
  await inSlices([...groups], ([key, members]) => {
    switch (op) {
      case 'sum':
      case 'avg':
      case 'count':
      case 'max':
      case 'min':
      case 'stddev':
      case 'stdvar': {
        const series = result.of(groupOf(members[0]!.labels, grouping), key)
        for (let step = 0; step < of.steps; step++) series.values[step] = folds[op](valuesAt(members, step))
        return undefined
      }
      case 'topk':
      case 'approx_topk':
        return keepSome(result, members, of.steps, parameter, (a, b) => b - a)
      case 'bottomk':
        return keepSome(result, members, of.steps, parameter, (a, b) => a - b)
      case 'sort':
      case 'sort_desc': {
        const sign = op === 'sort' ? 1 : -1
        // Of several steps the order is that of labels: a sort is for one.
        for (const series of members.toSorted((a, b) => sign * ((a.values[0] ?? 0) - (b.values[0] ?? 0))))
          copyInto(result, series)
        return undefined
      }
    }
  })
  return result
}

async function groupsOf(all: readonly Series[], grouping: Grouping | undefined): Promise<Map<string, Series[]>> {
  const groups = new Map<string, Series[]>()
  await inSlices(all, (series) => {
    const key = keyOfLabels(groupOf(series.labels, grouping))
    const members = groups.get(key)
    if (members === undefined) groups.set(key, [series])
    else members.push(series)
  })
  return groups
}

function groupOf(labels: Labels, grouping: Grouping | undefined): Labels {
  const names = new Set(grouping?.labels)
  return grouping?.without === true ? withoutNames(labels, names) : onlyNames(labels, names)
}

function valuesAt(members: readonly Series[], step: number): number[] {
  const values: number[] = []
  for (const { values: all } of members) if (all[step] !== undefined) values.push(all[step])
  return values
}

type Fold = (values: readonly number[]) => number | undefined

const ifAny =
  (fold: (values: readonly number[]) => number): Fold =>
  (values) =>
    values.length === 0 ? undefined : fold(values)

const folds: Readonly<Record<'sum' | 'avg' | 'count' | 'max' | 'min' | 'stddev' | 'stdvar', Fold>> = {
  sum: ifAny((values) => values.reduce((sum, value) => sum + value)),
  avg: ifAny(averageOf),
  count: ifAny((values) => values.length),
  max: ifAny((values) => values.reduce((best, value) => (best < value || Number.isNaN(best) ? value : best))),
  min: ifAny((values) => values.reduce((best, value) => (best > value || Number.isNaN(best) ? value : best))),
  stdvar: ifAny(varianceOf),
  stddev: ifAny((values) => Math.sqrt(varianceOf(values))),
}

/** An infinite mean stays what it is, unless a value is of the other sign, or no number. */
function averageOf(values: readonly number[]): number {
  let mean = 0
  for (const [i, value] of values.entries()) {
    const isInfinite = Math.abs(mean) === Infinity && (value === mean || Number.isFinite(value))
    if (!isInfinite) mean += (value - mean) / (i + 1)
  }
  return mean
}

function varianceOf(values: readonly number[]): number {
  let [mean, squares] = [0, 0]
  for (const [i, value] of values.entries()) {
    const delta = value - mean
    mean += delta / (i + 1)
    squares += delta * (value - mean)
  }
  return squares / values.length
}

async function keepSome(
  result: SeriesTable,
  members: readonly Series[],
  steps: number,
  count: number,
  order: (a: number, b: number) => number,
): Promise<void> {
  await inSlices([...Array(steps).keys()], (step) => {
    const here = members.filter(({ values }) => values[step] !== undefined)
    // What is no number comes last.
    const best = here
      .toSorted((a, b) => {
        const [x, y] = [a.values[step]!, b.values[step]!]
        return Number.isNaN(x) ? (Number.isNaN(y) ? 0 : 1) : Number.isNaN(y) ? -1 : order(x, y)
      })
      .slice(0, count)
    for (const { labels, key, values } of best) result.of(labels, key).values[step] = values[step]
  })
}

function copyInto(result: SeriesTable, { labels, key, values }: Series): void {
  const copy = result.of(labels, key)
  for (const [step, value] of values.entries()) copy.values[step] = value
}
