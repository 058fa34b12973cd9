// One line as its rows tell it. The same fragments may be stored again, joined in other groups by other batches: a row
// goes on where the line ends so far, or repeats a part of it. Only text that is there already is ever taken for a
// repetition.
import type { Line } from './row-decoder.ts'

/** Joined lines are cut here, visibly. */
export const joinedBytesMax = 1024 * 1024
export const cutMark = Buffer.from(' …[cut by afterlog]')

/**
 * Between two fragments: `from` is the offset of the row that ended here, `next` where the following one begins at the
 * earliest.
 */
interface Boundary {
  from: number
  next: number
  /** The offset and time of the fragment that begins here, once it was seen. */
  begun?: { offset: number; ts: bigint }
}

type Arrival = Pick<Line, 'received' | 'arrival' | 'seq'>

export interface Assembly {
  /** The first row, which gives the line its place; `settle` gives it its text. */
  line: Line
  /** Whether the last fragment is still to come. */
  open: boolean
  /** Whether the first row was no whole line. */
  begunPartial: boolean
  /** Bytes of text so far. */
  size: number
  /** The first of them that `text` holds: all, up to the cap and a row more. */
  held: number
  text: Buffer
  /** By place in the text. */
  boundaries: Map<number, Boundary>
  /** Time of the last row that went on. */
  lastTs: bigint
  /** The row that came last of those so far: when it arrived. */
  lastArrival: Arrival
  /** Offset behind the last byte that is known to belong to the line; -1 where rows do not tell. */
  coveredEnd: number
}

const endOf = ({ offset, length }: Line): number => (offset >= 0 && length > 0 ? offset + length : -1)

export function beginLine(row: Line): Assembly {
  const size = row.message.length
  const boundaries = new Map<number, Boundary>()
  if (row.offset >= 0) boundaries.set(0, { from: -1, next: row.offset, begun: { offset: row.offset, ts: row.ts } })
  if (row.partial) boundaries.set(size, { from: row.offset, next: endOf(row) })
  return {
    line: { ...row },
    open: row.partial,
    begunPartial: row.partial,
    size,
    held: size,
    text: row.message,
    boundaries,
    lastTs: row.ts,
    lastArrival: row,
    coveredEnd: endOf(row),
  }
}

/** A copy that may be continued without changing the original. */
export function forkLine(from: Assembly): Assembly {
  const boundaries = new Map([...from.boundaries].map(([at, boundary]) => [at, { ...boundary }]))
  return { ...from, line: { ...from.line }, text: from.text.subarray(), boundaries }
}

/** Takes the row into the line; false where it belongs to another line. */
export function takeRow(to: Assembly, row: Line): boolean {
  if (row.offset < 0 || to.line.offset < 0) {
    if (beginsAgain(to, row)) return goOn(to, row, 0)
    // A row that came before the line's last one is no end of it: it came as a line.
    return to.open && !cameBefore(row, to.lastArrival) && goOn(to, row, to.size)
  }
  const at = placeOf(to, row)
  return at !== undefined && goOn(to, row, at)
}

/**
 * Whether a row without an offset has the begin of the line, or more of it than the rows so far: each batch that went
 * on may have left a row. A time with ns names the record that both begin with.
 */
function beginsAgain(to: Assembly, row: Line): boolean {
  const { line, size } = to
  const isOneRecord = row.ts === line.ts && row.ts % 1000n !== 0n && (row.partial || to.begunPartial)
  return isOneRecord && row.message.length !== size && agrees(to, row, 0)
}

function cameBefore(a: Arrival, b: Arrival): boolean {
  if (a.received !== b.received) return a.received < b.received
  return a.arrival === b.arrival ? a.seq < b.seq : a.arrival < b.arrival
}

/** Gives the line the text that its rows tell so far. */
export function settle({ line, text, size, open }: Assembly): void {
  line.partial = open
  // A row of that size by itself is shown as it was stored.
  line.message =
    size <= joinedBytesMax || size === line.message.length
      ? text.subarray(0, size)
      : Buffer.concat([text.subarray(0, joinedBytesMax - cutMark.length), cutMark])
}

/** Where in the text the row begins; undefined where it is no part of the line. */
function placeOf(to: Assembly, row: Line): number | undefined {
  const { offset, ts } = row
  let fits: number | undefined
  for (const [at, { from, next, begun }] of to.boundaries) {
    if (begun !== undefined) {
      if (begun.offset === offset && begun.ts === ts && agrees(to, row, at)) return at
      continue
    }
    if (offset <= from || (next >= 0 && offset < next) || !agrees(to, row, at)) continue
    if (offset === next) return at
    // Another stream's lines stand between. Where the line may end right before this row, the row is a line of its own.
    if (!to.open && !row.partial && offset === to.coveredEnd) continue
    if (fits === undefined || at < fits) fits = at
  }
  return fits ?? within(to, row) ?? turned(to, row)
}

/** A row that begins inside the bytes of the line, where no fragment was seen to begin: an agent went on from there. */
function within(to: Assembly, row: Line): number | undefined {
  const { message, offset } = row
  if (offset <= to.line.offset || offset >= to.coveredEnd) return undefined
  if (!row.partial && !to.open) {
    const at = to.size - message.length
    return at >= 0 && agrees(to, row, at) ? at : undefined
  }
  // Text that repeats itself fits at several places: then the row stands by itself rather than at a wrong one.
  const head = message.subarray(0, 64)
  const places: number[] = []
  const search = (at: number): void => {
    if (at > 0 && at <= to.size && !to.boundaries.has(at) && agrees(to, row, at)) places.push(at)
  }
  for (
    let at = to.text.indexOf(head, 1);
    at > 0 && at < to.held && places.length < 2;
    at = to.text.indexOf(head, at + 1)
  )
    search(at)
  if (to.open) for (let at = Math.max(1, to.size - head.length + 1); at < to.size && places.length < 2; at++) search(at)
  return new Set(places).size === 1 ? places[0] : undefined
}

/** A file that was rotated within a line goes on at offset 0; some agents say 0 always. */
function turned(to: Assembly, row: Line): number | undefined {
  return to.open && row.offset === 0 && row.ts > to.lastTs ? to.size : undefined
}

/** Whether the row's text at this place contradicts nothing that is known of the line. */
function agrees({ text, size, held, open }: Assembly, { message, partial }: Line, at: number): boolean {
  const end = at + message.length
  if ((!partial && end < size) || (!open && end > size)) return false
  const stop = Math.min(end, held)
  return stop <= at || text.compare(message, 0, stop - at, at, stop) === 0
}

function goOn(to: Assembly, row: Line, at: number): true {
  const { message, offset, ts, partial } = row
  const end = at + message.length
  if (end > to.size) {
    append(to, message.subarray(to.size - at))
    to.lastTs = ts
    to.lastArrival = row
  }
  if (!partial) to.open = false
  if (offset < 0) return true
  const boundary = to.boundaries.get(at)
  if (boundary !== undefined) boundary.begun ??= { offset, ts }
  to.coveredEnd = Math.max(to.coveredEnd, endOf(row))
  if (!partial) return true
  const known = to.boundaries.get(end)
  if (known === undefined || end === at) to.boundaries.set(end, { from: offset, next: endOf(row) })
  else {
    known.from = Math.max(known.from, offset)
    known.next = Math.max(known.next, endOf(row))
  }
  return true
}

function append(to: Assembly, more: Buffer): void {
  const { held } = to
  to.size += more.length
  if (held > joinedBytesMax) return
  if (!owned.has(to.text) || to.text.length < held + more.length) {
    const grown = Buffer.alloc(2 * held + more.length)
    to.text.copy(grown, 0, 0, held)
    owned.add(grown)
    to.text = grown
  }
  more.copy(to.text, held)
  to.held = held + more.length
}

/** Texts with room behind them; a row's own message is never written to. */
const owned = new WeakSet<Buffer>()
