// Cuts a traversal of lines into stretches of time of a wanted size, in order. Times are found in windows that widen
// (an hour, 4, 16, 64, the rest), so that the newest hundred lines cost an hour of reading, not the whole retention;
// each window is read once. Where the answer may be partial, windows widen as far only as the time that one takes lets
// them, and one that needs too much is cut, so that as much as possible is searched before the request meets its limits. All rows of one nanosecond fall into one stretch: whoever reads it sees every row of a
// line.
import { AfterlogError } from '#shared/errors.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import type { Order } from '#shared/lines/line-order.ts'
import { edgeHour, rowsAt, timeGroups, type TimeGroup } from '#shared/lines/line-statements.ts'
import { earlierOf, laterOf } from '#shared/time/time-bounds.ts'
import type { Reading } from './reading.ts'

/** Epoch ns, half open. */
export interface TimeRange {
  from: bigint
  to: bigint
  /** Rows in it, repeated ones included. */
  rows: number
  bytes: number
}

type Bounds = Pick<TimeRange, 'from' | 'to'>

export interface RangeOptions {
  reading: Reading
  filter: LineFilter
  order: Order
  /** Rows and bytes of messages per stretch; the first stretch may be smaller for an early first byte. */
  rowsMax: number
  bytesMax: number
  firstRows: number
  /** Rows that one look at the times covers, after the first: 400 k times are sorted in some 20 ms. */
  lookahead: number
  /** Of an answer that may be partial: ms that a window may take. */
  windowMs?: number | undefined
  /** Is told, of such an answer, how far all is searched: the edge of the last window, epoch ns. */
  searchedTo?: ((edge: bigint) => void) | undefined
}

const hour = 3_600_000_000_000n
const widest = 64n * hour
/** How often a window of 64 hours fits into what is left, at a guess: 85 days. */
const restTakes = 32
const start = 0n
const end = 9_223_372_036_000_000_000n

export async function* timeRanges({
  reading,
  filter,
  order,
  rowsMax,
  bytesMax,
  firstRows,
  lookahead,
  windowMs = Infinity,
  searchedTo,
}: RangeOptions): AsyncGenerator<TimeRange> {
  const rowsOf = async (ts: bigint): Promise<number> =>
    (await reading.rows<{ count: number }>(rowsAt(filter, ts)))[0]!.count
  const near = await nearEdge(reading, filter, order)
  if (near === undefined) return
  let { from, to } = near
  let size = firstRows
  let wanted = firstRows
  let width = hour
  let mayTakeRest = false
  let isWithinEdges = to - from <= widest
  while (from < to) {
    const began = performance.now()
    const window = mayTakeRest && width > widest ? { from, to } : windowOf(from, to, order, width)
    let open = { ...window }
    let isTooWide = false
    for (let done = false; !done && open.from < open.to;) {
      const group = Math.min(size, 200)
      const statement = timeGroups({ ...filter, ...open }, order, wanted, group)
      const groups = await reading.rows<TimeGroup>(statement).catch((error: unknown) => {
        isTooWide = windowMs < Infinity && width > hour && needsLess(error)
        if (!isTooWide) throw error as Error
        return []
      })
      if (isTooWide) break
      done = groups.reduce((sum, { count }) => sum + count, 0) < wanted
      let rows = 0
      let bytes = 0
      for (const [index, found] of groups.entries()) {
        rows += found.count
        bytes += found.bytes
        const last = index === groups.length - 1
        if (!last && rows < size && bytes < bytesMax) continue
        const range = cutAt(open, order, done && last ? undefined : BigInt(found.bound))
        if (range === undefined) continue
        // The rows of its last time may be far more than were looked at.
        if (found.isOneTime === 1 && !(done && last)) rows = Math.max(rows, await rowsOf(BigInt(found.bound)))
        yield { ...range, rows, bytes }
        open = order === 'asc' ? { from: range.to, to: open.to } : { from: open.from, to: range.from }
        size = rowsMax
        rows = 0
        bytes = 0
      }
      size = rowsMax
      wanted = lookahead
    }
    if (order === 'asc') from = isTooWide ? open.from : window.to
    else to = isTooWide ? open.to : window.from
    searchedTo?.(order === 'asc' ? from : to)
    if (!isWithinEdges && from < to) {
      ;({ from, to } = await farEdge(reading, filter, order, { from, to }))
      isWithinEdges = true
    }
    const tookMs = performance.now() - began
    mayTakeRest = !isTooWide && restTakes * tookMs <= windowMs
    width = isTooWide ? narrower(width) : 4 * tookMs <= windowMs ? width * 4n : width
  }
}

/** Whether a shorter stretch of time may take what the query may use. */
const needsLess = (error: unknown): boolean =>
  error instanceof AfterlogError && (error.limit === 'memory' || error.limit === 'read')

const narrower = (width: bigint): bigint => (width >= 16n * hour ? width / 16n : hour)

/** Where the traversal begins, found from the index where the request leaves it open; undefined: there is no line. */
async function nearEdge(reading: Reading, filter: LineFilter, order: Order): Promise<Bounds | undefined> {
  const bounds = { from: filter.from ?? start, to: filter.to ?? end }
  if (bounds.to - bounds.from <= widest) return bounds
  const hours = await hourAt(reading, filter, order)
  if (hours === undefined) return undefined
  return order === 'asc'
    ? { ...bounds, from: laterOf(bounds.from, hours.from) }
    : { ...bounds, to: earlierOf(bounds.to, hours.to) }
}

/**
 * What is left up to where the last line is: planning a search takes far longer than to find that, and each window beyond
 * would be planned in vain.
 */
async function farEdge(reading: Reading, filter: LineFilter, order: Order, left: Bounds): Promise<Bounds> {
  const hours = await hourAt(reading, { ...filter, ...left }, order === 'asc' ? 'desc' : 'asc')
  if (hours === undefined) return { from: left.to, to: left.to }
  return order === 'asc'
    ? { ...left, to: earlierOf(left.to, hours.to) }
    : { ...left, from: laterOf(left.from, hours.from) }
}

/** The first (asc) or last hour of the filter's time in which the tenant has a line. */
async function hourAt(reading: Reading, filter: LineFilter, order: Order): Promise<Bounds | undefined> {
  const [edge] = await reading.rows<{ hour: number }>(edgeHour(filter, order), { stopsEarly: true })
  if (edge === undefined) return undefined
  const from = BigInt(edge.hour) * 1_000_000_000n
  return { from, to: from + hour }
}

function windowOf(from: bigint, to: bigint, order: Order, width: bigint): Bounds {
  if (to - from <= width) return { from, to }
  return order === 'asc' ? { from, to: from + width } : { from: to - width, to }
}

/**
 * The stretch from the near end of what is open to the time `bound`, that time included; undefined where nothing is
 * left.
 */
function cutAt(open: Bounds, order: Order, bound: bigint | undefined): Bounds | undefined {
  const range =
    bound === undefined ? open : order === 'asc' ? { from: open.from, to: bound + 1n } : { from: bound, to: open.to }
  return range.from < range.to ? range : undefined
}
