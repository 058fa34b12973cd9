// LogQL over the lines that Afterlog stores. The seam for Loki's HTTP API:
//   parseLogQL(text)          syntax/parse-logql.ts: a tree, or a LogqlError with line, column and position
//   parseMatchers(text)       syntax/parse-logql.ts: `{…}` of labels, series, stats and volume
//   formatLogQL(expr)         syntax/format-logql.ts
//   selectorFilter(…)         selector/read-selector.ts: the LineFilter that reads the lines of some matchers
//   openLogQuery(…)           read-log-query.ts: a query of lines for lines as they arrive
//   runLogQL(…)               here: streams, a matrix, a vector or a scalar
// Language: https://grafana.com/docs/loki/latest/query/ ; what is a label: docs/decisions/0021-logql.md
import type { Reading } from '#shared/store-reading/reading.ts'
import { readMetric } from './evaluate/read-metric.ts'
import { timeOfStep, stepsOf, type Steps } from './evaluate/windows.ts'
import { keyOfLabels, type SeriesTable } from './evaluate/series.ts'
import { createSeriesBudget, seriesMax, tooManySeries } from './query-limits.ts'
import { readStreams } from './read-streams.ts'
import type { ReadCount } from './read-lines.ts'
import type { LogqlResult, LogqlStats } from './result.ts'
import { podFactsReader } from './streams/read-pod-facts.ts'
import type { LogqlExpr, MetricExpr } from './syntax/logql-expr.ts'

export interface LogqlRequest {
  /** Of the request: everything that is read counts against its limits. */
  reading: Reading
  tenant: string
  /** The text that `expr` was made of, for errors with a position. */
  text: string
  expr: LogqlExpr
  /**
   * Epoch ns. Lines: from `startNs` to before `endNs`. Numbers: at `startNs` and every `stepNs` up to and with `endNs`.
   */
  startNs: bigint
  endNs: bigint
  /** 0 of an instant query, whose times are equal; its lines are not asked for. */
  stepNs: bigint
  /** Of lines. */
  limit: number
  direction: 'forward' | 'backward'
  /** Of lines: at most one line of each stream in each interval; 0 or missing is all. */
  intervalNs?: bigint
  /**
   * Whether labels of streams, structured metadata and parsed labels are kept apart, as
   * `X-Loki-Response-Encoding-Flags: categorize-labels` asks.
   */
  categorize?: boolean
  /** What templates take for now; the clock's time where it is missing. */
  nowNs?: bigint
}

/** Throws AfterlogError, of which LogqlError is one. */
export async function runLogQL(request: LogqlRequest): Promise<LogqlResult> {
  const began = performance.now()
  const count: ReadCount = { lines: 0, bytes: 0, keptBytes: 0 }
  const stats = (linesOut: number): LogqlStats => ({
    lines: count.lines,
    bytes: count.bytes,
    linesOut,
    elapsedMs: performance.now() - began,
  })
  const { expr, intervalNs = 0n, categorize = false, nowNs = BigInt(Date.now()) * 1_000_000n } = request
  if (expr.kind === 'log') {
    const streams = await readStreams({ ...request, expr, intervalNs, categorize, nowNs, count })
    return { type: 'streams', streams, stats: stats(streams.reduce((sum, { entries }) => sum + entries.length, 0)) }
  }
  const steps = stepsOf(request)
  const isInstant = request.stepNs === 0n
  if (expr.kind === 'literal' && isInstant)
    return { type: 'scalar', point: { tsNs: request.startNs, value: expr.value }, stats: stats(0) }
  const { reading, tenant } = request
  const facts = podFactsReader(reading, tenant)
  const table = await readMetric({ reading, tenant, steps, facts, nowNs, count, budget: createSeriesBudget() }, expr)
  return isInstant
    ? { type: 'vector', samples: samplesOf(table, steps, isSorted(expr)), stats: stats(count.lines) }
    : { type: 'matrix', series: seriesOf(table, steps), stats: stats(count.lines) }
}

/** Whether the order of an instant answer is that of values. */
function isSorted(expr: MetricExpr): boolean {
  switch (expr.kind) {
    case 'aggregate':
      return expr.op === 'sort' || expr.op === 'sort_desc' || isSorted(expr.of)
    case 'binary':
      return isSorted(expr.left) || isSorted(expr.right)
    case 'label-replace':
      return isSorted(expr.of)
    case 'range':
    case 'literal':
    case 'vector':
      return false
  }
}

type Matrix = Extract<LogqlResult, { type: 'matrix' }>['series']
type Vector = Extract<LogqlResult, { type: 'vector' }>['samples']

function seriesOf(table: SeriesTable, steps: Steps): Matrix {
  const series = table.all
    .map(({ labels, values }) => ({
      labels,
      points: values.flatMap((value, step) => (value === undefined ? [] : [{ tsNs: timeOfStep(steps, step), value }])),
    }))
    .filter(({ points }) => points.length > 0)
  if (series.length > seriesMax) throw tooManySeries()
  return byLabels(series)
}

function samplesOf(table: SeriesTable, steps: Steps, inOrder: boolean): Vector {
  const samples = table.all.flatMap(({ labels, values: [value] }) =>
    value === undefined ? [] : [{ labels, point: { tsNs: steps.startNs, value } }],
  )
  if (samples.length > seriesMax) throw tooManySeries()
  return inOrder ? samples : byLabels(samples)
}

const byLabels = <Item extends { labels: Readonly<Record<string, string>> }>(items: readonly Item[]): Item[] =>
  items
    .map((item) => ({ item, key: keyOfLabels(item.labels) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ item }) => item)
