// Statements over the lines of some pods in one window of time: how many distinct lines each life has, and which bytes of its files they
// cover. A line and its copies have one time, so what the windows of a partition of time answer adds up exactly. FINAL leaves of a line that
// was sent again what a merge leaves of it, and holds few rows at a time; only `linePieces` holds all lines of its window at once.
import { bind, int, raw, sql, statement, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import type { CountOptions, LineBounds } from './line-counts.ts'
import { namingContainerId, spanKeyOfRow, type SpanKey } from './line-life.ts'
import { stretchesMax, type LineLife, type StretchRow } from '#shared/pod-model/rows.ts'

/** Times in epoch ns: `from` is in the window, `to` is not. */
export interface LineWindow {
  from: bigint
  to: bigint
}

/** Distinct lines of one life on one day. */
export interface DayCountRow extends LineLife {
  /** As in LineCountRow: which span of time the lines lie in. */
  slot: number
  day: string
  lines: string
  firstLine: string
  lastLine: string
  /** Of messages, and lines of severity error or fatal: 0 where no sizes were asked for. */
  bytes: string
  errors: string
}

/** A stretch of one window, with what joining it to those of other windows takes. */
export interface PieceRow extends StretchRow {
  /** Where its last line starts, and where the line starts of which `lastAt` and `ended` are. */
  lastStart: number
  lastFrom: number
  /** 1: the length of its last line is unknown, so that the next line of the file goes on with it. */
  open: 0 | 1
}

/** Of one life in one window; where there are as many, there may be more. */
export const piecesMax = 2 * stretchesMax

const life = 'uid, cluster, namespace, pod, container, restart, containerId'
const lifeOfLine = (spans: readonly SpanKey[]): Fragment =>
  sql`pod_uid AS uid, cluster, namespace, pod, container, restart, ${namingContainerId(spans)} AS containerId`
/** Small blocks and buffers: FINAL holds one of each column of each part. */
const small = raw('max_block_size = 8192, max_read_buffer_size = 131072')

const time = (ns: bigint): Fragment => sql`fromUnixTimestamp64Nano(${bind('Int64', String(ns))}, 'UTC')`

function linesOf(tenant: string, { namespaces, pods, uids }: LineBounds, { from, to }: LineWindow, final: boolean): Fragment {
  return sql`${fromTable(tenant, 'logs', { final })} AND toStartOfHour(ts) >= toStartOfHour(${time(from)}) AND toStartOfHour(ts) <= toStartOfHour(${time(to)})
      AND namespace IN ${strs(namespaces)} AND pod IN ${strs(pods)} AND pod_uid IN ${strs(uids)} AND ts >= ${time(from)} AND ts < ${time(to)}`
}

/** Rows as stored in each step of the window, those that were sent again counted again; empty steps are left out. Rows: StepRow, ascending. */
export const lineSteps = (tenant: string, bounds: LineBounds, window: LineWindow, stepNs: bigint): Fragment =>
  statement(
    'line-steps',
    sql`SELECT toString(intDiv(toUnixTimestamp64Nano(ts) - ${int(window.from)}, ${int(stepNs)})) AS step, toFloat64(count()) AS rows
    ${linesOf(tenant, bounds, window, false)} GROUP BY step ORDER BY toInt64(step) SETTINGS ${small}`,
  )

export interface StepRow {
  /** From 0. */
  step: string
  rows: number
}

/** Rows: DayCountRow. */
export function dayCounts(tenant: string, bounds: LineBounds, window: LineWindow, { spans, sizes }: CountOptions): Fragment {
  const sums = sizes
    ? "toString(sum(length(message))) AS bytes, toString(countIf(severity IN ('error', 'fatal'))) AS errors"
    : "'0' AS bytes, '0' AS errors"
  return statement(
    'day-counts',
    sql`SELECT ${lifeOfLine([...spans.keys()])}, ${slotOf(spans)} AS slot, toString(toDate(ts)) AS day, toString(count()) AS lines,
      min(ts) AS firstLine, max(ts) AS lastLine, ${raw(sums)}
    ${linesOf(tenant, bounds, window, true)} GROUP BY ${raw(life)}, slot, day SETTINGS ${small}`,
  )
}

/** Which span a line lies in that has some and came without a container id, from 1; 0 of any other. */
function slotOf(spans: CountOptions['spans']): Fragment {
  if (spans.size === 0) return raw('0')
  const begins = sql`${bind('Array(Array(Int64))', [...spans.values()])}[indexOf(${strs([...spans.keys()])}, ${spanKeyOfRow})]`
  return sql`if(container_id = '', arrayCount(begin -> begin <= toUnixTimestamp64Nano(ts), ${begins}), 0)`
}

// Rows of one place stand in one order whichever way they were read: whole lines of one time beside each other, pieces behind them.
const places = raw(`PARTITION BY ${life}, file, offset < 0 ORDER BY offset, ts, partial, length`)
// `before` is the row in front, or zeros. Written out where they are needed: a column for each costs a fifth more to plan.
const first = raw('(before.1 = 0)')
const again = raw('(before.1 = offset + 2)')

/** `spans`: keys of lines whose numbers do not name their lives. Rows: PieceRow, at most `piecesMax` of each life, in the order of their files' names and places. */
export function linePieces(tenant: string, bounds: LineBounds, window: LineWindow, spans: readonly SpanKey[]): Fragment {
  const lines = sql`SELECT ${lifeOfLine(spans)}, ts, file, offset, length, offset + greatest(length, 0) AS end, eof, partial
    ${linesOf(tenant, bounds, window, true)}`
  const marked = sql`SELECT *, lagInFrame((offset + 2, ts, partial, length)) OVER by_place AS before,
      max(end) OVER (${places} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered
    FROM (${lines}) WINDOW by_place AS (${places})`
  const begins = sql`${first} OR (offset > covered AND before.4 >= 0)`
  // A long line that came in other pieces before starts at one place several times: that is no clash. Of two lines that end at one place the
  // one that is not marked counts.
  return statement(
    'line-pieces',
    sql`WITH argMax((ts, eof, offset), (end, offset, NOT eof, -toUnixTimestamp64Nano(ts))) AS last
    SELECT ${raw(life)}, file, toFloat64(min(offset)) AS from, toFloat64(max(end)) AS to,
      argMin(ts, (offset, ts)) AS firstAt, last.1 AS lastAt, min(ts) AS earliest,
      toFloat64(countIf(NOT ${again})) AS places, last.2 = 1 AS ended, toFloat64(sum(eof) - last.2) AS endsInside,
      toFloat64(countIf(length < 0)) AS unmeasured, toFloat64(countIf(${again} AND (before.2 != ts OR before.3 + partial = 0))) AS clashes,
      toFloat64(countIf(NOT ${first} AND NOT ${again} AND offset < covered)) AS overlaps,
      toFloat64(max(offset)) AS lastStart, toFloat64(last.3) AS lastFrom, argMax(length < 0, (offset, ts, partial, length)) AS open
    FROM (SELECT *, sum(${begins}) OVER by_place AS stretch FROM (${marked}) WINDOW by_place AS (${places}))
    GROUP BY ${raw(life)}, file, offset < 0, stretch ORDER BY ${raw(life)}, file, from LIMIT ${uint(piecesMax)} BY ${raw(life)} SETTINGS ${small}`,
  )
}
