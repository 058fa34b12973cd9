// What the fragments of earlier batches leave for the next one: lines whose end has not come, and places of lines that
// have been joined. It is bounded in lines, bytes and time. It forgets what it must: the rows that are stored then stay
// as they are until the projector joins them (decision 0017). No I/O, no clock: times are those of arrivals.
import { endOf, isSamePlace, type Fragment, type Place } from './fragment-line.ts'

export interface OpenLine {
  fragments: readonly Fragment[]
  /** The row that holds these fragments, where it is stored, and the bytes of its message. */
  stored: { row: Buffer; messageBytes: number } | undefined
  /** Where the file goes on: bytes behind the last record of the life; -1 where that is not known. */
  next: number
  file: Buffer
  bytes: number
  /** Of the row of these fragments; undefined where the fragments say it. */
  ordinal: number | undefined
  receivedMs: number
}

export interface OpenFragmentsOptions {
  linesMax?: number
  bytesMax?: number
  /** ms of arrivals for which an open line waits for its end. */
  waitMsMax?: number
}

/** A change of one batch, which holds once the batch is stored. */
export interface Change {
  key: string
  before: OpenLine | undefined
  after: OpenLine | undefined
}

/** What a batch has to do with fragments of others. */
export interface FragmentsOfBatch {
  /** Must be called once, when it is known whether the rows of the batch are stored. */
  settle(stored: boolean): void
  /** Each resolves when the end of a line is stored that the batch has left open, or the line is forgotten. */
  ends: readonly Promise<void>[]
}

export interface JoinedLine {
  key: string
  places: readonly Place[]
}

export class OpenFragments {
  private readonly open = new Map<string, OpenLine>()
  private readonly hints = new Map<number, number>()
  private readonly joined = new Map<number, JoinedLine[]>()
  /** By the first fragment of a line. */
  private readonly ends = new WeakMap<Fragment, PromiseWithResolvers<void>>()
  /** Keys of `joined`, oldest first. */
  private order: number[] = []
  private bytes = 0
  private readonly linesMax: number
  private readonly bytesMax: number
  private readonly waitMsMax: number

  constructor({ linesMax = 10_000, bytesMax = 64 * 1024 * 1024, waitMsMax = 600_000 }: OpenFragmentsOptions = {}) {
    this.linesMax = linesMax
    this.bytesMax = bytesMax
    this.waitMsMax = waitMsMax
  }

  get size(): number {
    return this.open.size
  }

  /** Whether a record of this time may repeat a joined line. False proves it. */
  mayRepeat(time: number): boolean {
    return this.joined.size > 0 && this.joined.has(time)
  }

  /** Whether a line of a life with this hint is open. False proves it. */
  mayBeOpen(hint: number): boolean {
    return this.hints.has(hint)
  }

  get(key: string): OpenLine | undefined {
    return this.open.get(key)
  }

  /** Which fragment of a joined line has this place; undefined where none has. */
  joinedAt(key: string, place: Place): number | undefined {
    for (const { key: itsKey, places } of this.joined.get(timeKey(place)) ?? []) {
      const at = itsKey === key ? places.findIndex((each) => isSamePlace(each, place)) : -1
      if (at >= 0) return at
    }
    return undefined
  }

  /** Resolves when the end of the line is stored, or the line is forgotten. */
  private ended({ fragments }: OpenLine): Promise<void> {
    const first = fragments[0]!
    const end = this.ends.get(first) ?? Promise.withResolvers<void>()
    this.ends.set(first, end)
    return end.promise
  }

  /** Remembers an open line, or forgets it. */
  set(key: string, line: OpenLine | undefined): void {
    const before = this.open.get(key)
    if (before !== undefined) {
      this.open.delete(key)
      this.bytes -= before.bytes
      this.hint(key, -1)
    }
    if (line === undefined) return
    this.open.set(key, line)
    this.bytes += line.bytes
    this.hint(key, 1)
    for (const [oldest, { receivedMs }] of this.open) {
      const isOver = this.open.size > this.linesMax || this.bytes > this.bytesMax
      if (!isOver && !(receivedMs < line.receivedMs - this.waitMsMax)) break
      this.resolveEnd(this.open.get(oldest))
      this.set(oldest, undefined)
    }
  }

  /** Forgets all open lines of these tenants: their rows stay as they are stored. */
  clear(tenants: ReadonlySet<string>): void {
    for (const [key, line] of this.open) {
      if (!tenants.has(tenantOfKey(key))) continue
      this.resolveEnd(line)
      this.set(key, undefined)
    }
  }

  /**
   * Lines that were joined count once they are stored: then what repeats them is no line. After a failure the sender
   * sends its lines again, so what was remembered before holds.
   */
  changed(changes: readonly Change[], joined: readonly JoinedLine[]): FragmentsOfBatch {
    const settle = (stored: boolean): void => {
      if (stored) {
        for (const line of joined) this.remember(line)
        for (const { before, after } of changes)
          if (before?.fragments[0] !== after?.fragments[0]) this.resolveEnd(before)
      } else
        for (const { key, before, after } of changes.toReversed())
          // Another batch may have gone on from what this one left: then nobody knows what is stored.
          this.set(key, this.open.get(key) === after ? before : undefined)
    }
    return { settle, ends: changes.flatMap(({ after }) => (after === undefined ? [] : [this.ended(after)])) }
  }

  private resolveEnd(line: OpenLine | undefined): void {
    if (line !== undefined) this.ends.get(line.fragments[0]!)?.resolve()
  }

  private remember(line: JoinedLine): void {
    if (line.places.length > placesOfLineMax || this.joinedAt(line.key, line.places[0]!) !== undefined) return
    for (const place of line.places) {
      const time = timeKey(place)
      const lines = this.joined.get(time)
      if (lines === undefined) {
        this.joined.set(time, [line])
        this.order.push(time)
      } else lines.push(line)
    }
    // Forgotten in halves: a queue that is shifted once for each line would cost more.
    if (this.order.length < 2 * placesMax) return
    for (const time of this.order.slice(0, placesMax)) this.joined.delete(time)
    this.order = this.order.slice(placesMax)
  }

  private hint(key: string, by: number): void {
    const hint = Number(key.slice(0, key.indexOf(' ')))
    const count = (this.hints.get(hint) ?? 0) + by
    if (count > 0) this.hints.set(hint, count)
    else this.hints.delete(hint)
  }
}

/** `<hint> <tenant>\0…`: as line-sink.ts makes it. */
const tenantOfKey = (key: string): string => key.slice(key.indexOf(' ') + 1, key.indexOf('\0'))

/** Places of joined lines that are remembered at least, at some 200 bytes each. */
const placesMax = 50_000

/** A line of more fragments is not remembered: its joined text was cut long before. */
const placesOfLineMax = 4096

/** ms of arrivals for which a line without offsets waits: what follows such a line is known by the order alone. */
const orderMsMax = 10_000

/** A small integer, for maps. */
export const timeKey = ({ seconds, nanos }: Pick<Place, 'seconds' | 'nanos'>): number =>
  (Math.imul(seconds, 0x01000193) ^ nanos) & 0x3fffffff

/**
 * Which fragment of an open line the record is: their number for the one that follows, a smaller one for one that was
 * sent again; -1 where it is another line.
 */
export function indexIn({ fragments, next, file, receivedMs }: OpenLine, record: Place, nowMs: number): number {
  const last = fragments.at(-1)!
  const again = fragments.findIndex((each) => isSamePlace(each, record))
  if (again >= 0) return again
  const isEarlier = record.seconds < last.seconds || (record.seconds === last.seconds && record.nanos < last.nanos)
  if (isEarlier || record.offset < 0 !== last.offset < 0) return -1
  if (record.offset < 0) return Math.abs(nowMs - receivedMs) > orderMsMax ? -1 : fragments.length
  // The next file, after a rotation. Without names of files, an offset that begins again says so.
  if (!record.file.equals(file) || file.length === 0) if (record.offset === 0) return fragments.length
  if (!record.file.equals(file)) return -1
  const follows = next < 0 ? record.offset > last.offset : record.offset === next
  return follows ? fragments.length : -1
}

/** The line with where its file goes on behind a record of the life's other stream. */
export function passed<Line extends { next: number; file: Buffer }>(
  line: Line,
  record: Place & { length: number },
): Line {
  const isSameFile = record.file.equals(line.file)
  const follows = isSameFile ? line.next >= 0 && record.offset === line.next : record.offset === 0
  return follows ? { ...line, next: endOf(record), file: record.file } : line
}
