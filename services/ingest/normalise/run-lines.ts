// What the batches of one run leave for each other, and for later runs: lines whose end has not come, and lines that
// were joined. An open line is written when the run ends, or when another one takes its place.
import type { FragmentList } from './fragment-list.ts'
import { JoinedLines, type JoinedFragment, type JoinedLine } from './joined-lines.ts'
import type { LineDraft } from './line-draft.ts'
import { lifeHint } from './line-lives.ts'
import type { LineRows } from './line-rows.ts'
import type { Change, FragmentsOfBatch, OpenFragments, OpenLine } from './open-fragments.ts'
import type { PendingLine } from './pending-line.ts'
import { timeKey } from './place-name.ts'

export class RunLines {
  private readonly lines: LineRows
  private readonly open: OpenFragments
  /** By key: what was remembered before the run. */
  private readonly before = new Map<string, OpenLine | undefined>()
  /** Open lines that have no row yet. */
  private readonly unsaved = new Map<string, OpenLine>()
  /** Fragments of such lines that a longer row has. */
  private readonly held = new WeakSet<FragmentList>()
  /** Of open lines that another insert is storing: how many of their fragments came again, and their ordinals. */
  private readonly repeated = new Map<FragmentList, { length: number; ordinal: number | undefined }>()
  private readonly joined = new JoinedLines()
  private readonly allJoined: JoinedLine[] = []

  constructor(lines: LineRows, open: OpenFragments) {
    this.lines = lines
    this.open = open
  }

  /** Whether a record may go on with, or repeat, what an earlier one began. Called for every line. */
  mayConcern(draft: LineDraft): boolean {
    const { open, joined } = this
    if (open.joined.size + joined.size > 0) {
      const time = timeKey(draft)
      if (open.joined.mayRepeat(time) || joined.mayRepeat(time)) return true
    }
    return open.size > 0 && open.mayBeOpen(lifeHint(draft))
  }

  /** The fragment at the place of this name, of a joined line. */
  joinedAt(nameOfPlace: () => string): JoinedFragment | undefined {
    const { open, joined } = this
    if (open.joined.size + joined.size === 0) return undefined
    const name = nameOfPlace()
    return joined.at(name) ?? open.joined.at(name)
  }

  /** Whether the line may not be stored although this run is. */
  mayFail(line: JoinedLine): boolean {
    return !line.isSettled && !this.joined.has(line)
  }

  get(key: string): OpenLine | undefined {
    return this.open.get(key)
  }

  /** Remembers a line of the batch at hand, which `forgetJoined` takes back, and `keepJoined` does not. */
  addJoined(line: JoinedLine): void {
    this.joined.remember(line)
  }

  forgetJoined(line: JoinedLine): void {
    this.joined.forget(line)
  }

  keepJoined(lines: Iterable<JoinedLine>): void {
    for (const line of lines) this.allJoined.push(line)
  }

  /** The rows of the batch have all that the open line has. */
  hold({ fragments }: OpenLine): void {
    this.held.add(fragments)
  }

  /**
   * The batch has these first fragments of an open line and no more. Nothing is written where they are stored, or will
   * be at the end of the run. While the insert that has them may fail, they get a row of their own.
   */
  repeat(key: string, { fragments, stored, ordinal }: OpenLine, { length }: FragmentList): void {
    if (stored?.isSettled === true || this.unsaved.get(key)?.fragments === fragments) return
    const most = Math.max(length, this.repeated.get(fragments)?.length ?? 0)
    this.repeated.set(fragments, { length: most, ordinal })
  }

  /** Makes the lines open, as the batch at hand leaves them. */
  leaveOpen(pending: ReadonlyMap<string, PendingLine>, receivedMs: number): void {
    const { lines } = this
    for (const [key, { before, fragments }] of pending) {
      if (before !== undefined && before.fragments !== fragments) this.hold(before)
      this.saveOther(key, fragments)
    }
    const { count } = lines
    const { length } = lines.rows
    for (const [key, { fragments, before, reach }] of pending) {
      const { offset, ordinal: given } = fragments.first!
      const isCounted = offset < 0 && given < 0
      const ordinal = isCounted ? (before?.ordinal ?? lines.joined(fragments.all(), partial).ordinal) : undefined
      const { arrival } = lines
      const bytes = fragments.memoryBytes
      const line = { fragments, ordinal, stored: before?.stored, reach: reach!, bytes, arrival, receivedMs }
      this.remember(key, line)
      this.unsaved.set(key, line)
    }
    // Rows were written to count ordinals. `saveAll` writes those of the lines that no other batch has ended.
    lines.rows.length = length
    lines.count = count
  }

  remember(key: string, line: OpenLine | undefined): void {
    const { open } = this
    this.saveOther(key, line?.fragments)
    if (!this.before.has(key)) this.before.set(key, open.get(key))
    open.set(key, line)
    if (line === undefined) this.unsaved.delete(key)
    else if (this.unsaved.has(key)) this.unsaved.set(key, line)
  }

  /** Open rows of one text have one identity: absorbing one would hide both. */
  absorb(stored: OpenLine['stored'], messageBytes: number): void {
    if (stored !== undefined && stored.messageBytes !== messageBytes) this.lines.absorb(stored.row)
  }

  /** Writes the rows of the lines that are open at the end of the run. */
  saveAll(): void {
    for (const [key, line] of this.unsaved) this.save(key, line)
    for (const [fragments, { length, ordinal }] of this.repeated)
      if (!this.held.has(fragments)) this.lines.joined(fragments.upTo(length).all(), { partial: true, ordinal })
  }

  /** To be called behind `saveAll`. Returns undefined where the run has nothing to do with fragments of others. */
  changes(): FragmentsOfBatch | undefined {
    const { open } = this
    if (this.before.size === 0 && this.allJoined.length === 0) return undefined
    const changes = [...this.before].map(([key, before]): Change => ({ key, before, after: open.get(key) }))
    return open.changed(changes, this.allJoined)
  }

  /** Writes the row of the line that waits under this key, if another one takes its place that does not hold it. */
  private saveOther(key: string, next: FragmentList | undefined): void {
    const waiting = this.unsaved.get(key)
    if (waiting === undefined || waiting.fragments === next || this.held.has(waiting.fragments)) return
    this.save(key, waiting)
    this.unsaved.delete(key)
  }

  private save(key: string, line: OpenLine): void {
    const { lines, open } = this
    const { arrival } = lines
    lines.arrival = line.arrival
    const { start, stop, messageBytes } = lines.joined(line.fragments.all(), { partial: true, ordinal: line.ordinal })
    lines.arrival = arrival
    const row = Buffer.from(lines.rows.bytes.subarray(start, stop))
    this.absorb(line.stored, messageBytes)
    const stored = { row, messageBytes, isSettled: false }
    if (open.get(key) === line) open.set(key, { ...line, stored, bytes: line.bytes + row.length })
  }
}

const partial = { partial: true } as const
