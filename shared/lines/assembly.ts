// One line as its rows tell it. The same fragments may be stored again, joined in other groups by other batches: a row
// goes on where the line ends so far, or repeats a part of it. Only text that is there already is ever taken for a
// repetition.
import type { Line } from './row-decoder.ts'

/** Joined lines are cut here, visibly. */
export const joinedBytesMax = 1024 * 1024
export const cutMark = Buffer.from(' …[cut by afterlog]')

/** The end of a row where no fragment was seen to begin. `from` is the row's offset; the next one begins at `next`. */
interface RowEnd {
  file: string
  from: number
  next: number
}

/**
 * What is remembered of one line, so that a row costs the same however many came before it. The first are forgotten
 * first: in the order of lines, what repeats a row stands near it.
 */
const bounds = { begun: 1024, ends: 64, files: 16, searches: 16, placesPerSearch: 64 }

type Arrival = Pick<Line, 'received' | 'arrival' | 'seq'>

export interface Assembly {
  /** The first row, which gives the line its place; `settle` gives it its text. */
  line: Line
  /** Of the container's instance, where a row has said it. */
  containerId: string
  /** Whether the last fragment is still to come. */
  open: boolean
  /** Whether the first row was no whole line. */
  begunPartial: boolean
  /** Bytes of text so far. */
  size: number
  /** The first of them that `text` holds: all, up to the cap and a row more. */
  held: number
  text: Buffer
  /** The place in the text of each fragment that was seen to begin, by its `recordName`. */
  begun: Map<string, number>
  /** These places. */
  begunAt: Set<number>
  /** By place in the text. */
  ends: Map<number, RowEnd>
  /** How often the text was searched for a row's. */
  searches: number
  /** Time of the last row that went on. */
  lastTs: bigint
  /** The row that came last of those so far: when it arrived. */
  lastArrival: Arrival
  /**
   * By file: the offset of the line's first byte there, and the one behind the last that is known to belong to it; -1
   * where rows do not tell.
   */
  spans: Map<string, { from: number; end: number }>
}

/** Behind the bytes of a row; -1 where it does not say. */
export const endOf = ({ offset, length }: Line): number => (offset >= 0 && length > 0 ? offset + length : -1)

export function beginLine(row: Line): Assembly {
  const size = row.message.length
  const knowsPlace = row.offset >= 0
  return {
    line: { ...row },
    containerId: row.containerId,
    open: row.partial,
    begunPartial: row.partial,
    size,
    held: size,
    text: row.message,
    begun: new Map(knowsPlace ? [[recordName(row), 0]] : []),
    begunAt: new Set(knowsPlace ? [0] : []),
    ends: new Map(row.partial ? [[size, { file: row.file, from: row.offset, next: endOf(row) }]] : []),
    searches: 0,
    lastTs: row.ts,
    lastArrival: row,
    spans: new Map(knowsPlace ? [[row.file, { from: row.offset, end: endOf(row) }]] : []),
  }
}

/** A copy that may be continued without changing the original. */
export function forkLine(from: Assembly): Assembly {
  return {
    ...from,
    line: { ...from.line },
    text: from.text.subarray(),
    begun: new Map(from.begun),
    begunAt: new Set(from.begunAt),
    ends: new Map([...from.ends].map(([at, end]) => [at, { ...end }])),
    spans: new Map([...from.spans].map(([file, span]) => [file, { ...span }])),
  }
}

/**
 * Takes the row into the line; false where its text and place are those of another line. The caller has proven that no
 * byte is missing between the two.
 */
export function takeRow(to: Assembly, row: Line): boolean {
  const place = placeOf(to, row)
  if (place === undefined) return false
  goOn(to, row, place.at)
  return true
}

/** A place in the text. `isKnown`: the record was seen to begin there, or rows do not tell where they are in a file. */
export interface Place {
  at: number
  isKnown: boolean
}

/** Where in the text the row begins; undefined where it is no part of the line. */
export function placeOf(to: Assembly, row: Line): Place | undefined {
  // Two instances of a container may have one restart number, as after a node has lost what it knew.
  if (isOtherInstance(to, row)) return undefined
  if (row.offset < 0 || to.line.offset < 0) {
    if (beginsAgain(to, row)) return { at: 0, isKnown: true }
    // A row that came before the line's last one is no end of it: it came as a line.
    return to.open && !cameBefore(row, to.lastArrival) ? { at: to.size, isKnown: true } : undefined
  }
  const begun = to.begun.get(recordName(row))
  if (begun !== undefined && agrees(to, row, begun)) return { at: begun, isKnown: true }
  const at = behindEnd(to, row) ?? within(to, row) ?? turned(to, row)
  return at === undefined ? undefined : { at, isKnown: false }
}

/** Whether both say of which instance of the container they are, and it is not the same one. */
export const isOtherInstance = (a: Pick<Line, 'containerId'>, b: Pick<Line, 'containerId'>): boolean =>
  a.containerId !== '' && b.containerId !== '' && a.containerId !== b.containerId

const recordName = ({ offset, ts }: Line): string => `${offset} ${ts}`

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

/** The end of a row that this one may follow. */
function behindEnd(to: Assembly, row: Line): number | undefined {
  const { offset } = row
  let first: number | undefined
  for (const [at, { file, from, next }] of to.ends) {
    // Without lengths, a file that has another name may be the same one.
    if ((file !== row.file && next >= 0) || offset <= from || (next >= 0 && offset < next) || !agrees(to, row, at))
      continue
    if (offset === next) return at
    // Another stream's lines stand between. Where the line may end right before this row, the row is a line of its own.
    if (!to.open && !row.partial && offset === to.spans.get(file)?.end) continue
    if (first === undefined || at < first) first = at
  }
  return first
}

/** A row that begins inside the bytes of the line, where no fragment was seen to begin: an agent went on from there. */
function within(to: Assembly, row: Line): number | undefined {
  const { message, offset } = row
  const span = to.spans.get(row.file)
  if (span === undefined || offset <= span.from || offset >= span.end) return undefined
  if (!row.partial && !to.open) {
    const at = to.size - message.length
    return at >= 0 && agrees(to, row, at) ? at : undefined
  }
  if (++to.searches > bounds.searches) return undefined
  // Text that repeats itself fits at several places: then the row stands by itself rather than at a wrong one.
  const places = new Set<number>()
  let tries = 0
  for (const at of placesOf(to, message.subarray(0, 64))) {
    if (++tries > bounds.placesPerSearch) return undefined
    if (isEndOrBegin(to, at) || !agrees(to, row, at)) continue
    places.add(at)
    if (places.size > 1) return undefined
  }
  return [...places][0]
}

const isEndOrBegin = ({ begunAt, ends }: Assembly, at: number): boolean => begunAt.has(at) || ends.has(at)

/** Places in the text where `head` stands, and those near its open end where it may. */
function* placesOf({ text, held, size, open }: Assembly, head: Buffer): Generator<number> {
  for (let at = text.indexOf(head, 1); at > 0 && at < held; at = text.indexOf(head, at + 1)) yield at
  const rest = text.subarray(Math.max(0, held - head.length + 1), held)
  if (!open || size !== held) return
  for (let at = 0; at < rest.length; at++) {
    const end = rest.length - at
    if (held - end > 0 && rest.compare(head, 0, end, at) === 0) yield held - end
  }
}

/**
 * A file that was rotated within a line goes on at offset 0, or behind lines of other streams; some agents say 0 always.
 * What is between, the caller looks at.
 */
function turned(to: Assembly, row: Line): number | undefined {
  if (!to.open || row.ts < to.lastTs) return undefined
  const isOtherFile = !to.spans.has(row.file)
  // Fragments of one time: only another file shows that it is not one that was sent again.
  if (row.ts === to.lastTs && !isOtherFile) return undefined
  const isNextFile = isOtherFile && [...to.spans.values()].at(-1)!.end >= 0
  return row.offset === 0 || isNextFile ? to.size : undefined
}

/** Whether the row's text at this place contradicts nothing that is known of the line. */
export function agrees({ text, size, held, open }: Assembly, { message, partial }: Line, at: number): boolean {
  const end = at + message.length
  if ((!partial && end < size) || (!open && end > size)) return false
  const stop = Math.min(end, held)
  return stop <= at || text.compare(message, 0, stop - at, at, stop) === 0
}

/** Takes the row in at this place, which `placeOf` has told. */
export function goOn(to: Assembly, row: Line, at: number): void {
  const { message, offset, ts, partial } = row
  const end = at + message.length
  if (end > to.size) {
    append(to, message.subarray(to.size - at))
    to.lastTs = ts
    to.lastArrival = row
  }
  if (!partial) to.open = false
  if (to.containerId === '') to.containerId = row.containerId
  if (offset < 0) return
  if (to.ends.delete(at)) begin(to, row, at)
  const span = to.spans.get(row.file)
  if (span === undefined) to.spans.set(row.file, { from: offset, end: endOf(row) })
  else span.end = Math.max(span.end, endOf(row))
  if (to.spans.size > bounds.files) to.spans.delete(firstOf(to.spans))
  if (!partial || (end > at && to.begunAt.has(end))) return
  const known = to.ends.get(end)
  const { from, next } = known?.file === row.file ? known : { from: -1, next: -1 }
  to.ends.set(end, { file: row.file, from: Math.max(from, offset), next: Math.max(next, endOf(row)) })
  if (to.ends.size > bounds.ends) to.ends.delete(firstOf(to.ends))
}

export function begin({ begun, begunAt }: Assembly, row: Line, at: number): void {
  begun.set(recordName(row), at)
  begunAt.add(at)
  if (begun.size > bounds.begun) begun.delete(firstOf(begun))
  if (begunAt.size > bounds.begun) begunAt.delete(firstOf(begunAt))
}

const firstOf = <Key>(of: Map<Key, unknown> | Set<Key>): Key => of.keys().next().value!

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
