// What the fragments of earlier batches leave for the next one: lines whose end has not come, and places of lines that
// have been joined. It is bounded in lines, bytes and time. It forgets what it must: the rows that are stored then stay
// as they are until the projector joins them (decision 0017). No I/O, no clock: times are those of arrivals.
import { mayBeNextFile, type FileReach } from './file-reach.ts'
import type { Fragment } from './fragment-line.ts'
import type { FragmentList } from './fragment-list.ts'
import { JoinedLines, type JoinedLine } from './joined-lines.ts'
import type { RowArrival } from './line-rows.ts'
import { compareTimes, type Place } from './place-name.ts'

/** The row of an open line. */
export interface StoredRow {
  row: Buffer
  messageBytes: number
  /** Whether its insert has succeeded. */
  isSettled: boolean
}

export interface OpenLine {
  fragments: FragmentList
  /** The row that holds these fragments, where it is stored, and the bytes of its message. */
  stored: StoredRow | undefined
  reach: FileReach
  bytes: number
  /** Of the row of these fragments; undefined where the fragments say it. */
  ordinal: number | undefined
  /** Of the batch that left it. */
  arrival: RowArrival
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

export class OpenFragments {
  readonly joined = new JoinedLines()
  private readonly open = new Map<string, OpenLine>()
  private readonly hints = new Map<number, number>()
  /** By the first fragment of a line. */
  private readonly ends = new WeakMap<Fragment, PromiseWithResolvers<void>>()
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

  /** Whether a line of a life with this hint is open. False proves it. */
  mayBeOpen(hint: number): boolean {
    return this.hints.has(hint)
  }

  get(key: string): OpenLine | undefined {
    return this.open.get(key)
  }

  /** Resolves when the end of the line is stored, or the line is forgotten. */
  private ended({ fragments }: OpenLine): Promise<void> {
    const first = fragments.first!
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
   * What repeats a joined line is no begin of another one, and hidden once the line is stored. After a failure the
   * sender sends its lines again, so what was remembered before holds.
   */
  changed(changes: readonly Change[], joined: readonly JoinedLine[]): FragmentsOfBatch {
    for (const line of joined) this.joined.remember(line)
    const settle = (stored: boolean): void => {
      if (stored) {
        for (const line of joined) line.isSettled = true
        for (const { before, after } of changes) {
          if (after?.stored !== undefined) after.stored.isSettled = true
          if (before?.fragments.first !== after?.fragments.first) this.resolveEnd(before)
        }
      } else {
        for (const line of joined) this.joined.forget(line)
        for (const { key, before, after } of changes.toReversed())
          // Another batch may have gone on from what this one left: then nobody knows what is stored.
          this.set(key, this.open.get(key) === after ? before : undefined)
      }
    }
    return { settle, ends: changes.flatMap(({ after }) => (after === undefined ? [] : [this.ended(after)])) }
  }

  private resolveEnd(line: OpenLine | undefined): void {
    if (line !== undefined) this.ends.get(line.fragments.first!)?.resolve()
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

/** ms of arrivals for which a line without offsets waits: what follows such a line is known by the order alone. */
const orderMsMax = 10_000

/** A line that goes on: in its batch, or in a later one. */
export interface GoingOn extends Pick<OpenLine, 'fragments' | 'reach'> {
  /** ms between its batch and that of the record; undefined within one batch. */
  apartMs: number | undefined
}

/**
 * Which fragment of the line the record is: their number for the one that follows, a smaller one for one that was sent
 * again; -1 where it is another line. `name`: of the record's place, for its life.
 */
export function indexIn(
  { fragments, reach, apartMs }: GoingOn,
  record: Place,
  name: () => string,
  life: string,
): number {
  const last = fragments.last!
  const { next, file } = reach
  if (record.offset < 0 !== last.offset < 0) return -1
  const isSameFile = record.file.equals(file)
  const order = compareTimes(record, last)
  const isEarlier = order < 0
  // What one batch says twice without an offset was said twice: all fragments of a line may have its time.
  const mayRepeat = apartMs !== undefined || (record.offset >= 0 && order <= 0)
  const again = mayRepeat ? fragments.indexOf(name(), life) : -1
  if (again >= 0) return again
  // A clock may have been set back between two fragments; but records of another batch may be older ones.
  if (isEarlier && apartMs !== undefined) return -1
  if (record.offset < 0) return (apartMs ?? 0) <= orderMsMax ? fragments.length : -1
  if (isSameFile && next >= 0 && record.offset === next) return fragments.length
  if (isEarlier) return -1
  // The next file, after a rotation. Without names of files, an offset that begins again says so.
  if (record.offset === 0 && (!isSameFile || file.length === 0) && mayBeNextFile(record, reach)) return fragments.length
  return isSameFile && next < 0 && record.offset > last.offset ? fragments.length : -1
}
