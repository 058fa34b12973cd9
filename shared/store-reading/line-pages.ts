// Pages and streams of lines, each line once and in order, whatever was sent twice. A page is collapsed first and
// compared with its cursor afterwards, so a row sent again never shows a line again.
import { AfterlogError, type QueryLimit } from '#shared/errors.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import type { LineKey, Order } from '#shared/lines/line-order.ts'
import {
  allLines,
  firstRows,
  rowsByHour,
  someLines,
  someOfMany,
  type HourCount,
} from '#shared/lines/line-statements.ts'
import { formatTime } from '#shared/time/format-time.ts'
import { earlierOf, laterOf } from '#shared/time/time-bounds.ts'
import type { Reading } from './reading.ts'
import { onePerLine } from '#shared/lines/one-per-line.ts'
import { keyOf, type Line, type RankedLine } from '#shared/lines/row-decoder.ts'
import { timeRanges, type RangeOptions } from './time-ranges.ts'

const MiB = 1024 * 1024

export interface PageOptions {
  reading: Reading
  filter: LineFilter
  order: Order
  limit: number
  /** The last line that was seen already. */
  after?: LineKey
  /** Whether the page may have the lines only that were found before the request met its limits. */
  mayBePartial?: boolean
}

export interface Page {
  lines: Line[]
  /** Whether there is a line behind the last one. A page of huge lines may end before its limit. */
  more: boolean
  partial?: PartialPage
}

/** Why a page ends before its limit, although there may be lines behind it. */
export interface PartialPage {
  limit: QueryLimit
  /** Epoch ns: all up to there is searched, in the order of the page. The search goes on there. */
  searchedTo: bigint
}

/** Rows of a stretch from which on it costs less to find the lines of a page by their keys alone. */
const manyRows = 10_000

/** Bytes of messages after which a page ends early. */
const pageBytesMax = 32 * MiB

export async function readPage(options: PageOptions): Promise<Page> {
  if (options.limit === 0) return { lines: [], more: false }
  if (options.mayBePartial !== true)
    return (await quickPage(options)) ?? (await pageOfHours(options)) ?? pageOfRanges(options, {}, [])
  const { reading, order } = options
  const timeMs = reading.timeMs ?? Infinity
  // What was found is still to be attributed and sent.
  const search = reading.timeMs === undefined ? reading : reading.leaving(Math.min(timeMs * leavesShare, leavesMsMax))
  const quickLimits = reading.timeMs === undefined ? {} : { timeMs: Math.ceil(timeMs * windowShare) }
  const inHand = { ...options, reading: search }
  const quick = (await quickPage(inHand, quickLimits)) ?? (await pageOfHours(inHand, quickLimits))
  if (quick !== undefined) return quick
  const lines: Line[] = []
  let edge: bigint | undefined
  try {
    const pace = { windowMs: timeMs * windowShare, searchedTo: (to: bigint) => void (edge = to) }
    return await pageOfRanges({ ...options, reading: search }, pace, lines)
  } catch (error) {
    if (!(error instanceof AfterlogError) || error.limit === undefined) throw error
    const last = lines.at(-1)
    const searchedTo = last === undefined ? edge : furtherOf(order, edge, order === 'asc' ? last.ts + 1n : last.ts)
    if (last === undefined || searchedTo === undefined) throw withoutLines(error, order, edge)
    return { lines, more: true, partial: { limit: error.limit, searchedTo } }
  }
}

/** Of the time of a request: what a partial page leaves for its answer, at most so many ms, and what a window may take. */
const leavesShare = 0.1
const leavesMsMax = 2000
const windowShare = 0.25

function furtherOf(order: Order, edge: bigint | undefined, ts: bigint): bigint {
  const isEdge = edge !== undefined && (order === 'asc' ? edge > ts : edge < ts)
  return isEdge ? edge : ts
}

/** The same failure, which says how far the search came. */
function withoutLines(error: AfterlogError, order: Order, edge: bigint | undefined): AfterlogError {
  if (edge === undefined) return error
  const time = formatTime(edge)
  return new AfterlogError(
    'query-limit',
    order === 'asc'
      ? `${error.message}; there is no such line before ${time}: go on with from=${time}`
      : `${error.message}; there is no such line at ${time} or later: go on with to=${time}`,
    { limit: error.limit!, cause: error.cause },
  )
}

/** Appends to `lines`, so that they are there where it fails. */
async function pageOfRanges(
  { reading, filter, order, limit, after }: PageOptions,
  pace: Pick<RangeOptions, 'windowMs' | 'searchedTo'>,
  lines: Line[],
): Promise<Page> {
  let bytes = 0
  const rowsMax = limit + 1
  // Where a stretch was too short, its rows were sent more than once, or few are lines of the search.
  const further = 4 * rowsMax
  const sizes = { firstRows: rowsOf(limit), rowsMax: further, lookahead: further, bytesMax: pageBytesMax }
  const ranges = timeRanges({ reading, filter: resume(filter, order, after), order, ...sizes, ...pace })
  for await (const { from, to, rows, bytes: size } of ranges) {
    if (bytes >= pageBytesMax) return { lines, more: true }
    const statement = rows > manyRows && rows > 2 * rowsMax ? someOfMany : someLines
    const found = await reading.some(statement({ ...filter, from, to }, order, rowsMax - lines.length, after), {
      rows: Math.min(rows, rowsMax - lines.length),
      bytes: size,
    })
    lines.push(...found)
    for (const { message } of found) bytes += message.length
    if (lines.length > limit) return { lines: lines.slice(0, limit), more: true }
  }
  return { lines, more: false }
}

/**
 * Rows, rows among which they are, and bytes in the engine up to which a page is tried in one statement, and the bytes
 * that a line may have.
 */
const quick = { rowsMax: 1_000, rowsOfHoursMax: 20_000, memoryBytes: 256 * MiB, lineBytes: 1024 }

/**
 * A pod's page in one statement, which costs half: the lines of the rows at hand, but for those of the last time, since
 * rows behind them may belong to these. Undefined where too few are left, or a time is on both sides of the cursor.
 */
async function quickPage(options: PageOptions, limits: { timeMs?: number } = {}): Promise<Page | undefined> {
  const { filter, limit } = options
  if (limit > quick.rowsMax || (filter.scope === undefined && filter.fields.pod === undefined)) return undefined
  return firstPage(options, limits)
}

const hourNs = 3_600_000_000_000n
const beginOf = ({ hour }: HourCount): bigint => BigInt(hour) * 1_000_000_000n

/**
 * A page of a search that indexes answer, in two statements: one counts its rows by hour, and one reads those of as many
 * hours as the page needs. Undefined where that is no less work than reading hour by hour.
 */
async function pageOfHours(options: PageOptions, limits: { timeMs?: number } = {}): Promise<Page | undefined> {
  const { reading, filter, order, limit, after } = options
  if (filter.indexAnswers !== true || limit > quick.rowsMax) return undefined
  const within = resume(filter, order, after)
  let hours: HourCount[]
  try {
    hours = await reading.rows<HourCount>(rowsByHour(within, order), limits)
  } catch (error) {
    if (error instanceof AfterlogError && error.code === 'query-limit') return undefined
    throw error
  }
  let rows = 0
  const enough = hours.findIndex(({ count }) => (rows += count) > rowsOf(limit))
  if (rows > quick.rowsOfHoursMax) return undefined
  const last = hours[enough === -1 ? hours.length - 1 : enough]
  if (last === undefined) return { lines: [], more: false }
  const [near, far] = [beginOf(hours[0]!), beginOf(last)]
  const [first, latest] = order === 'asc' ? [near, far] : [far, near]
  const between = { from: laterOf(filter.from, first), to: earlierOf(filter.to, latest + hourNs) }
  const page = await firstPage({ ...options, filter: { ...filter, ...between } }, limits)
  const isLastHour = enough === -1 || enough === hours.length - 1
  // Rows of lines before the cursor, which are counted too, may have been most of them.
  if (page === undefined || isLastHour || page.lines.length < limit) return isLastHour ? page : undefined
  return { ...page, more: true }
}

/** Rows that are read for a page: some of them may be of one line. */
const rowsOf = (limit: number): number => limit + 1 + Math.max(16, limit >> 3)

/** The first rows of the filter as a page; undefined where they may not be its first lines. */
async function firstPage(
  { reading, filter, order, limit, after }: PageOptions,
  limits: { timeMs?: number },
): Promise<Page | undefined> {
  const count = rowsOf(limit)
  let rows: RankedLine[]
  try {
    rows = await reading.ranked(
      firstRows(resume(filter, order, after), order, count, after),
      { bytes: count * quick.lineBytes },
      { memoryBytes: quick.memoryBytes, ...limits },
    )
  } catch (error) {
    if (error instanceof AfterlogError && error.code === 'query-limit') return undefined
    throw error
  }
  if (rows[0] !== undefined && rows[0].line.ts === after?.ts) return undefined
  // The last time may go on behind the last row.
  const edge = rows.length < count ? undefined : rows.at(-1)!.line.ts
  const lines = onePerLine(rows, order, edge)
  if (edge !== undefined && lines.length < limit) return undefined
  return { lines: lines.slice(0, limit), more: edge !== undefined || lines.length > limit }
}

export interface StreamOptions {
  reading: Reading
  filter: LineFilter
  order: Order
  after?: LineKey
}

/** Lines of one stretch of time at a time, at most some 20,000 or 8 MiB. */
const stretch = { firstRows: 1_000, rowsMax: 20_000, lookahead: 400_000, bytesMax: 8 * MiB }

/**
 * Whoever takes a part empties its array once it needs the lines no more: a generator that waits keeps what it yielded.
 */
export async function* streamLines({ reading, filter, order, after }: StreamOptions): AsyncGenerator<Line[]> {
  for await (const { from, to, rows, bytes } of timeRanges({
    reading,
    filter: resume(filter, order, after),
    order,
    ...stretch,
  })) {
    const range = { ...filter, from, to }
    const holdsAfter = after !== undefined && after.ts >= from && after.ts < to
    if (rows > 2 * stretch.rowsMax || holdsAfter) yield* inSteps(reading, range, order, after)
    else {
      const lines = await reading.some(allLines(range), { rows, bytes })
      if (order === 'desc') lines.reverse()
      if (lines.length > 0) yield lines
    }
  }
}

/** A stretch that cannot be cut by time, because its lines share one nanosecond, or that a cursor cuts. */
async function* inSteps(
  reading: Reading,
  range: LineFilter,
  order: Order,
  after: LineKey | undefined,
): AsyncGenerator<Line[]> {
  for (let last = after; ;) {
    const { rowsMax: rows, bytesMax: bytes } = stretch
    const lines = await reading.some(someOfMany(range, order, rows, last), { rows, bytes })
    const isLast = lines.length < rows
    last = isLast ? undefined : keyOf(lines.at(-1)!)
    if (lines.length > 0) yield lines
    if (isLast) return
  }
}

/** The filter from the cursor's time on, that time included: lines of equal time may be on both sides of the cursor. */
function resume(filter: LineFilter, order: Order, after: LineKey | undefined): LineFilter {
  if (after === undefined) return filter
  return order === 'asc'
    ? { ...filter, from: laterOf(filter.from, after.ts) }
    : { ...filter, to: earlierOf(filter.to, after.ts + 1n) }
}
