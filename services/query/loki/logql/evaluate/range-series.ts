// Samples of a range aggregation, by series, and the values that windows make of them. Lines that are counted are kept
// as numbers by bucket; values of labels are kept one by one, in order of time.
import { inSlices } from '#shared/in-slices.ts'
import { errorDetailsLabel, errorLabel, preserveErrorLabel } from '../pipeline/line-labels.ts'
import { failedQuery, groupsMax, samplesMax, type SeriesBudget } from '../query-limits.ts'
import type { Labels } from '../result.ts'
import type { RangeExpr } from '../syntax/logql-expr.ts'
import { rangeFunction } from './range-values.ts'
import type { SampleKey } from './sample-labels.ts'
import { keyOfLabels, SeriesTable } from './series.ts'
import type { Windows } from './windows.ts'

export interface RangeSamples {
  /** So many lines, with so many bytes, in a bucket. */
  addLines(key: SampleKey, bucket: number, lines: number, bytes: number): void
  /** A value of a line; times ascend. */
  addValue(key: SampleKey, tsNs: bigint, value: number): void
  /** The value at each step. */
  evaluate(): Promise<SeriesTable>
}

interface Counted {
  labels: Labels
  buckets: Map<number, { lines: number; bytes: number }>
}
interface Valued {
  labels: Labels
  times: bigint[]
  values: number[]
}

/** Series by their labels, found by the texts of keys. Throws where the labels have an error. */
function seriesByLabels<Kind>(
  make: (labels: Labels) => Kind,
  budget: SeriesBudget,
): { of(key: SampleKey): Kind; all: Map<string, Kind> } {
  const byText = new Map<string, Kind>()
  const all = new Map<string, Kind>()
  return {
    all,
    of(key) {
      const known = byText.get(key.text)
      if (known !== undefined) return known
      const labels = key.labels()
      if (labels[errorLabel] !== undefined && labels[preserveErrorLabel] !== 'true') throw pipelineError(labels)
      const name = keyOfLabels(labels)
      const series = all.get(name) ?? make(labels)
      if (!all.has(name) && all.size >= groupsMax)
        throw failedQuery(`the query has more than ${groupsMax} series: group by fewer labels`)
      budget.take(0, key.text.length)
      all.set(name, series)
      byText.set(key.text, series)
      return series
    },
  }
}

/** A bucket with lines holds as much as so many points. */
const cellsOfBucket = 4
/** Window values that one query may look at, however its windows overlap. */
const looksMax = 500_000_000

export function createRangeSamples(range: RangeExpr, windows: Windows, budget: SeriesBudget): RangeSamples {
  const counted = seriesByLabels((labels): Counted => ({ labels, buckets: new Map() }), budget)
  const valued = seriesByLabels((labels): Valued => ({ labels, times: [], values: [] }), budget)
  let values = 0
  return {
    addLines(key, bucket, lines, bytes) {
      const { buckets } = counted.of(key)
      const known = buckets.get(bucket)
      if (known === undefined) {
        budget.take(cellsOfBucket, 0)
        buckets.set(bucket, { lines, bytes })
      } else {
        known.lines += lines
        known.bytes += bytes
      }
    },
    addValue(key, tsNs, value) {
      if (++values > samplesMax)
        throw failedQuery(
          `the query takes more than ${samplesMax} values of labels: narrow its selector or its time range, or add a line filter`,
        )
      const series = valued.of(key)
      series.times.push(tsNs)
      series.values.push(value)
    },
    async evaluate() {
      const table = new SeriesTable(windows.count, budget)
      await inSlices([...counted.all.entries()], ([key, series]) => countWindows(range, windows, series, table, key))
      const overlap = Math.max(1, Math.ceil(Number(windows.rangeNs) / Number(windows.strideNs)))
      if (values * overlap > looksMax)
        throw failedQuery('the windows of the query overlap too much for so many values: give a longer step')
      await inSlices([...valued.all.entries()], ([key, series]) => valueWindows(range, windows, series, table, key))
      return table
    },
  }
}

function countWindows(range: RangeExpr, windows: Windows, series: Counted, table: SeriesTable, key: string): void {
  const seconds = Number(range.rangeNs) / 1e9
  const buckets = [...series.buckets].toSorted(([a], [b]) => a - b)
  const { values } = table.of(series.labels, key)
  let [first, next, lines, bytes] = [0, 0, 0, 0]
  for (let step = 0; step < windows.count; step++) {
    const { from, to } = windows.bucketsOf(step)
    for (; next < buckets.length && buckets[next]![0] < to; next++) {
      lines += buckets[next]![1].lines
      bytes += buckets[next]![1].bytes
    }
    for (; first < next && buckets[first]![0] < from; first++) {
      lines -= buckets[first]![1].lines
      bytes -= buckets[first]![1].bytes
    }
    if (first < next) values[step] = countedValue(range, lines, bytes, seconds)
  }
}

function countedValue({ op }: RangeExpr, lines: number, bytes: number, seconds: number): number {
  if (op === 'rate') return lines / seconds
  if (op === 'bytes_over_time') return bytes
  if (op === 'bytes_rate') return bytes / seconds
  return op === 'absent_over_time' ? 1 : lines
}

function valueWindows(range: RangeExpr, windows: Windows, series: Valued, table: SeriesTable, key: string): void {
  const valueOf = rangeFunction(range.op, range.rangeNs, range.parameter ?? 0)
  const { values } = table.of(series.labels, key)
  const { times } = series
  let [from, to] = [0, 0]
  for (let step = 0; step < windows.count; step++) {
    const begin = windows.originNs + BigInt(step) * windows.strideNs
    const end = begin + windows.rangeNs
    while (to < times.length && times[to]! <= end) to += 1
    while (from < to && times[from]! <= begin) from += 1
    if (from < to) values[step] = valueOf({ times, values: series.values, from, to })
  }
}

function pipelineError(labels: Labels): Error {
  const error = labels[errorLabel]!
  const { [errorLabel]: _, [errorDetailsLabel]: details, ...others } = labels
  const series = Object.entries(others).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return failedQuery(
    `pipeline error: '${error}' for series: '{${series.join(', ')}}'${details === undefined ? '' : ` (${details})`}. ` +
      `A label filter skips lines with this error, as in | __error__!="${error}", or with any: | __error__=""`,
  )
}
