// Pure: statements over the lines of some pods in one window of time: the number of distinct lines of each life, and
// which bytes of its files they cover. A line and its copies have one time, so the answers of windows add up exactly.
// FINAL leaves one row of a line and holds few rows at a time; only `linePieces` holds all lines of its window at once
// (decision 0015).
import { bind, int, raw, sql, statement, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import { isCoverage, isLine, isNoLine } from '#shared/lines/absorbed-lines.ts'
import { timesOf } from '#shared/lines/line-filter.ts'
import { ofPods, type CountOptions, type LineBounds } from './line-counts.ts'
import { namingContainerId, spanKeyOfRow, type SpanKey } from './line-life.ts'
import { stretchesMax, type LineLife, type StretchRow } from '#shared/pod-model/rows.ts'

/** [from, to) in epoch ns. */
export interface LineWindow {
  from: bigint
  to: bigint
}

/** Distinct lines of one life on one day. */
export interface DayCountRow extends LineLife {
  /** Number of the span of time that has the lines, as in LineCountRow. */
  slot: number
  day: string
  lines: string
  firstLine: string
  lastLine: string
  /** Bytes of messages, and lines of severity error or fatal; both 0 without `sizes`. */
  bytes: string
  errors: string
}

/** A stretch of one window, with the values that are needed to join it to stretches of other windows. */
export interface PieceRow extends StretchRow {
  /** The highest offset of a line, and the offset of the line that has `lastAt` and `ended`. */
  lastStart: number
  lastFrom: number
  /** 1: the length of the last line is unknown, so that the next line of the file continues the piece. */
  open: 0 | 1
}

/** Pieces of one life in one window that are read at most: where there are as many, there may be more. */
export const piecesMax = 2 * stretchesMax

const life = 'uid, cluster, namespace, pod, container, restart, containerId'
export const lifeOfLine = (spans: readonly SpanKey[]): Fragment =>
  sql`pod_uid AS uid, cluster, namespace, pod, container, restart, ${namingContainerId(spans)} AS containerId`
/** Blocks and buffers are small, since FINAL holds one for each column of each part. */
const small = raw('max_block_size = 8192, max_read_buffer_size = 131072')

const time = (ns: bigint): Fragment => sql`fromUnixTimestamp64Nano(${bind('Int64', String(ns))}, 'UTC')`

function rowsOf(tenant: string, bounds: LineBounds, { from, to }: LineWindow, final: boolean): Fragment {
  return sql`${fromTable(tenant, 'logs', { final })}
      AND toStartOfHour(ts) >= toStartOfHour(${time(from)}) AND toStartOfHour(ts) <= toStartOfHour(${time(to)})
      AND ${ofPods(bounds)} AND ts >= ${time(from)} AND ts < ${time(to)}`
}

/** Stored rows in each step of the window, copies of a line included, without empty steps. Rows: StepRow, ascending. */
export const lineSteps = (tenant: string, bounds: LineBounds, window: LineWindow, stepNs: bigint): Fragment =>
  statement(
    'line-steps',
    sql`SELECT toString(intDiv(toUnixTimestamp64Nano(ts) - ${int(window.from)}, ${int(stepNs)})) AS step,
      toFloat64(count()) AS rows
    ${rowsOf(tenant, bounds, window, false)} GROUP BY step ORDER BY toInt64(step) SETTINGS ${small}`,
  )

export interface StepRow {
  /** Number of the step, from 0. */
  step: string
  rows: number
}

/** Rows: DayCountRow. */
export function dayCounts(
  tenant: string,
  bounds: LineBounds,
  window: LineWindow,
  { spans, sizes }: CountOptions,
): Fragment {
  const sums = sizes
    ? "toString(sum(message.size)) AS bytes, toString(countIf(severity IN ('error', 'fatal'))) AS errors"
    : "'0' AS bytes, '0' AS errors"
  return statement(
    'day-counts',
    sql`SELECT ${lifeOfLine([...spans.keys()])}, ${slotOf(spans)} AS slot, toString(toDate(ts)) AS day,
      toString(count()) AS lines,
      min(ts) AS firstLine, max(ts) AS lastLine, ${raw(sums)}
    ${rowsOf(tenant, bounds, window, true)} AND ${isLine(tenant, timesOf(window))}
    GROUP BY ${raw(life)}, slot, day SETTINGS ${small}`,
  )
}

/** Number of the span, from 1, of a line that needs one and has no container id; 0 for any other line. */
function slotOf(spans: CountOptions['spans']): Fragment {
  if (spans.size === 0) return raw('0')
  const begins = sql`${bind('Array(Array(Int64))', [...spans.values()])}[indexOf(
    ${strs([...spans.keys()])}, ${spanKeyOfRow})]`
  return sql`if(container_id = '', arrayCount(begin -> begin <= toUnixTimestamp64Nano(ts), ${begins}), 0)`
}

// This order of the rows of one place does not depend on how they were read: lines of one time stand side by side,
// whole lines before partial ones. Marks, which alone have a length of 0, are pieces of their own.
const places = raw(`PARTITION BY ${life}, file, offset < 0, length = 0 ORDER BY offset, ts, partial, length`)
// `before` is the row in front, or zeros. These conditions are no columns: columns take a fifth longer to plan.
const first = raw('(before.1 = 0)')
const again = raw('(before.1 = offset + 2)')

/** As StreamEnd. `lineStart` is an offset and 1, so that its zeros stand for no line. */
const lastOfStream = (isOfStream: Fragment): Fragment =>
  sql`CAST((maxIf(lineStart, ${isOfStream}).1 - 1, maxIf(lineStart, ${isOfStream}).2), 'Tuple(offset Float64, isWhole Bool)')`

/**
 * Which bytes of log files the lines cover. `spans`: keys of lines whose numbers do not name their lives. Rows:
 * PieceRow, at most `piecesMax` of each life, in the order of files and places.
 */
export function linePieces(
  tenant: string,
  bounds: LineBounds,
  window: LineWindow,
  spans: readonly SpanKey[],
): Fragment {
  const lines = sql`SELECT ${lifeOfLine(spans)}, ts, file, offset, length,
      offset + greatest(length, 0) AS end, eof, partial, stream = 'stderr' AS isError,
      if(partial AND ${isNoLine(tenant, timesOf(window))}, (0, 0), (offset + 1, NOT partial)) AS lineStart
    ${rowsOf(tenant, bounds, window, true)} AND ${isCoverage(tenant, timesOf(window))}`
  const withPrevious = sql`SELECT *, lagInFrame((offset + 2, ts, partial, length)) OVER by_place AS before,
      max(end) OVER (${places} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered
    FROM (${lines}) WINDOW by_place AS (${places})`
  const begins = sql`${first} OR (offset > covered AND before.4 >= 0)`
  // A long line that was sent in several cuts has several rows at one place, which are no clash. Of two lines that end
  // at one place, the one without an end of file counts.
  return statement(
    'line-pieces',
    sql`WITH argMax((ts, eof, offset), (end, offset, NOT eof, -toUnixTimestamp64Nano(ts))) AS last
    SELECT ${raw(life)}, file, toFloat64(min(offset)) AS from, toFloat64(max(end)) AS to,
      argMin(ts, (offset, ts)) AS firstAt, last.1 AS lastAt, min(ts) AS earliest,
      toFloat64(countIf(NOT ${again})) AS places, last.2 = 1 AS ended, toFloat64(sum(eof) - last.2) AS endsInside,
      toFloat64(countIf(length < 0)) AS unmeasured,
      toFloat64(countIf(${again} AND length != 0 AND (before.2 != ts OR before.3 + partial = 0))) AS clashes,
      toFloat64(countIf(NOT ${first} AND NOT ${again} AND offset < covered)) AS overlaps,
      ${lastOfStream(sql`NOT isError`)} AS stdoutEnd, ${lastOfStream(sql`isError`)} AS stderrEnd,
      toFloat64(max(offset)) AS lastStart, toFloat64(last.3) AS lastFrom,
      argMax(length < 0, (offset, ts, partial, length)) AS open
    FROM (SELECT *, sum(${begins}) OVER by_place AS stretch FROM (${withPrevious}) WINDOW by_place AS (${places}))
    GROUP BY ${raw(life)}, file, offset < 0, length = 0, stretch ORDER BY ${raw(life)}, file, from
    LIMIT ${uint(piecesMax)} BY ${raw(life)} SETTINGS ${small}`,
  )
}
