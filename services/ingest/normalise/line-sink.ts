// Turns lines into rows of `logs`: joins CRI fragments, counts ordinals, derives severities. A line arrives as a draft of
// byte ranges and leaves as bytes. Only fragments, which are rare, become objects. Fragments of one batch are one line.
// With `open`, so are those of several batches: a batch that leaves a line open stores what it has of it, and the batch
// that goes on stores the longer line and the shorter row again, as absorbed (decision 0017).
import type { BatchHead, DraftSink, LineDraft } from './line-draft.ts'
import { reachBefore, reachBehind, reachPast, standOf } from './file-reach.ts'
import { placeOf, type Fragment } from './fragment-line.ts'
import type { FragmentList } from './fragment-list.ts'
import { joinedLine, type JoinedFragment, type JoinedLine } from './joined-lines.ts'
import { lifeHint, lifeOf } from './line-lives.ts'
import { absorbed, LineRows, type LineRowsOptions } from './line-rows.ts'
import { indexIn, type FragmentsOfBatch, type OpenFragments, type OpenLine } from './open-fragments.ts'
import { alone, indexInPending, isRepetition, type PendingLine } from './pending-line.ts'
import { isNamed, placeName, type Place } from './place-name.ts'
import { RunLines } from './run-lines.ts'
import type { TableRows } from '../store/table-rows.ts'

export interface LineSinkOptions extends LineRowsOptions {
  /** Remembers the lines that a batch leaves open. Without it each batch is alone. */
  open?: OpenFragments
}

/** Makes rows of `logs` from any number of batches. */
export class LineSink implements DraftSink {
  private readonly lines: LineRows
  private readonly run: RunLines | undefined
  private readonly pending = new Map<string, PendingLine>()
  /** Lines of this batch that another begin followed: their ends are lost. */
  private readonly left: [string, PendingLine][] = []
  /** Open lines of earlier batches that this batch goes on from, by key. */
  private readonly taken = new Map<string, OpenLine>()
  /** Open lines of earlier batches as the records of the other stream leave them. */
  private readonly advanced = new Map<string, OpenLine>()
  /** Lines of this batch that came in fragments. */
  private readonly joined = new Set<JoinedLine>()
  private tenant = ''
  private receivedMs = 0
  /** The number of the current record within its body. */
  private seq = -1
  private startLength = 0
  private startCount = 0

  constructor({ open, ...options }: LineSinkOptions) {
    this.lines = new LineRows(options)
    if (open !== undefined) this.run = new RunLines(this.lines, open)
  }

  begin(head: BatchHead): void {
    this.tenant = head.tenant
    this.receivedMs = head.receivedMs
    this.seq = head.seq - 1
    this.makeFinal()
    this.lines.begin(head)
  }

  add(draft: LineDraft): void {
    this.seq++
    const { run } = this
    if (draft.mark) this.lines.mark(draft, this.seq)
    else if (draft.partial || this.pending.size > 0 || (run !== undefined && run.mayConcern(draft)))
      this.addToLife(draft)
    else this.lines.whole(draft, this.seq)
  }

  /** A line whose last fragment has not come is open, and stored as partial. */
  end(): void {
    const { lines, run, pending, left } = this
    if (run === undefined)
      for (const { fragments } of [...left.map(([, line]) => line), ...pending.values()])
        lines.joined(fragments.all(), partial)
    else {
      for (const [key, line] of this.advanced) if (!this.taken.has(key)) run.remember(key, line)
      for (const [key, line] of left) this.leave(run, key, line)
      for (const key of this.taken.keys()) if (!pending.has(key)) run.remember(key, undefined)
      for (const [key, line] of pending) {
        if (!isRepetition(line)) continue
        this.repeat(key, line, true)
        if (line.before !== undefined && line.before !== this.taken.get(key)) run.remember(key, line.before)
        pending.delete(key)
      }
      run.leaveOpen(pending, this.receivedMs)
      run.keepJoined(this.joined)
    }
    this.forget()
    this.makeFinal()
  }

  abandon(): void {
    for (const line of this.joined) this.run?.forgetJoined(line)
    this.forget()
    this.lines.rows.length = this.startLength
    this.lines.count = this.startCount
  }

  /** Returns the rows of all lines. The sink must not be used afterwards. */
  take(): TableRows[] {
    const { lines } = this
    this.run?.saveAll()
    const release = (): void => lines.rows.release()
    if (lines.count > 0) return [{ table: 'logs', rows: lines.rows.take(), count: lines.count, release }]
    release()
    return []
  }

  /** To be called behind `take`. Returns undefined where the batches have nothing to do with fragments of others. */
  changes(): FragmentsOfBatch | undefined {
    return this.run?.changes()
  }

  /** A later `abandon` leaves the rows written so far. */
  private makeFinal(): void {
    this.startLength = this.lines.rows.length
    this.startCount = this.lines.count
  }

  private forget(): void {
    this.pending.clear()
    this.left.length = 0
    this.taken.clear()
    this.advanced.clear()
    this.joined.clear()
  }

  /** Adds a record of a life that may have a line whose end has not come. */
  private addToLife(draft: LineDraft): void {
    const life = lifeOf(draft)
    const key = this.keyOf(draft, draft.stream, life)
    const pending = this.pending.get(key)
    if (pending !== undefined || draft.partial || this.run?.mayConcern(draft) === true)
      this.addFragment(key, pending, draft)
    else this.lines.whole(draft, this.seq)
    if (draft.offset < 0) return
    this.pass(key, draft, reachBefore)
    if (draft.stream !== 0) this.pass(this.keyOf(draft, 3 - draft.stream, life), draft, reachPast)
  }

  private addFragment(key: string, pending: PendingLine | undefined, draft: LineDraft): void {
    const record = placeOf(draft, this.lines.arrival.batchId)
    const name = (): string => placeName(key, record)
    const index = pending === undefined ? -1 : indexInPending(pending, record, name, key)
    // A fragment that came twice in this batch is there already.
    if (pending !== undefined && index >= 0) {
      if (index === pending.fragments.length) this.append(key, pending, draft, record)
      return
    }
    const line = this.recall(key, record, name) ?? (draft.partial ? alone() : undefined)
    if (line === undefined) this.lines.whole(draft, this.seq)
    else {
      if (pending !== undefined && draft.partial) this.left.push([key, pending])
      this.append(key, line, draft, record)
    }
  }

  private append(key: string, line: PendingLine, draft: LineDraft, place: Place): void {
    const { fragments, before } = line
    const known = before?.fragments.at(fragments.length)
    if (known !== undefined && known.eof === draft.eof) {
      line.fragments = before!.fragments.upTo(fragments.length + 1)
      // The open line may have passed records of the other stream.
      line.reach = before!.reach
    } else {
      const isWhole = before?.stored !== undefined
      const { last } = fragments
      // A line may have half a million fragments.
      if (last?.file.equals(place.file) === true) place.file = last.file
      const fragment = this.lines.fragment(draft, place, { seq: this.seq, last, isWhole })
      line.fragments = fragments.with(fragment)
      line.reach = reachBehind(fragment, line.reach)
    }
    if (draft.partial) {
      this.pending.set(key, line)
      if (this.pending.size > pendingMax) this.leaveOldest()
    } else {
      if (this.pending.get(key) === line) this.pending.delete(key)
      this.finish(key, line)
    }
  }

  /** Bounds the memory of a batch. What follows in it is a line of its own, until the projector joins both. */
  private leaveOldest(): void {
    for (const [key, line] of this.pending) {
      this.pending.delete(key)
      if (this.run === undefined) this.lines.joined(line.fragments.all(), partial)
      else this.leave(this.run, key, line)
      return
    }
  }

  private keyOf(draft: LineDraft, stream: number, life: string): string {
    return `${lifeHint(draft)} ${this.tenant}\0${stream}\0${life}`
  }

  /** Returns the line of an earlier batch that the record goes on with, or repeats a part of. */
  private recall(key: string, record: Place, name: () => string): PendingLine | undefined {
    const { run } = this
    if (run === undefined) return undefined
    const repeats = run.joinedAt(name)
    const isSaidTwice = repeats !== undefined && this.joined.has(repeats.line) && !isNamed(record)
    if (repeats !== undefined && !isSaidTwice) return { ...alone(), repeats }
    const before = this.advanced.get(key) ?? run.get(key)
    if (before === undefined || this.taken.has(key)) return undefined
    const index = indexIn({ ...before, apartMs: Math.abs(this.receivedMs - before.receivedMs) }, record, name, key)
    if (index < 0) return undefined
    this.taken.set(key, before)
    return { ...alone(), fragments: before.fragments.upTo(index), before, reach: before.reach }
  }

  /** The line that is open under this key is told where a record stands that is no part of it. */
  private pass(key: string, draft: LineDraft, passed: typeof reachPast): void {
    const pending = this.pending.get(key)
    const isTaken = this.taken.has(key)
    const line = isTaken ? pending?.before : (this.advanced.get(key) ?? this.run?.get(key))
    if (pending?.reach === undefined && line === undefined) return
    const record = standOf(draft)
    if (pending?.reach !== undefined) pending.reach = passed(record, pending.reach)
    const reach = line === undefined ? undefined : passed(record, line.reach)
    if (line === undefined || reach === undefined || reach === line.reach) return
    if (isTaken) pending!.before = { ...line, reach }
    else this.advanced.set(key, { ...line, reach })
  }

  /** The end of the line has come. */
  private finish(key: string, line: PendingLine): void {
    const { fragments, before, repeats } = line
    if (repeats !== undefined) return this.repeat(key, line, false)
    const all = fragments.all()
    this.lines.joined(all, before === undefined ? {} : { seq: this.seq })
    if (before !== undefined && fragments.length >= before.fragments.length) {
      this.run?.hold(before)
      if (before.stored !== undefined) {
        this.lines.absorb(before.stored.row)
        this.absorbEnds(all)
      }
    }
    if (all.length === 1 || this.run === undefined) return
    const joined = joinedLine(key, fragments)
    this.joined.add(joined)
    this.run.addJoined(joined)
  }

  /** A batch that came before that of the begin may have stored the end of the line as a line of its own. */
  private absorbEnds(fragments: readonly Fragment[]): void {
    for (let from = Math.max(1, fragments.length - endsMax); from < fragments.length; from++) {
      const first = fragments[from]!
      const isShorter = fragments.slice(0, from).some(({ message }) => message.length > 0)
      const hasRow = first.head.length > 0
      if (isShorter && hasRow && isNamed(first)) this.lines.joined(fragments.slice(from), { as: absorbed.byLine })
    }
  }

  /** `isOpen`: the end of the line was not among what came again. */
  private repeat(key: string, { fragments, before, repeats }: PendingLine, isOpen: boolean): void {
    if (repeats !== undefined) this.repeatJoined(fragments, repeats, isOpen)
    else if (before !== undefined) this.run?.repeat(key, before, fragments)
  }

  /**
   * Stores again what a joined line has already, as a part of it. The end of a line may be another line of that time
   * where its place does not name it: it stands by itself, unless all before it has come again too.
   */
  private repeatJoined(fragments: FragmentList, { line, index }: JoinedFragment, isOpen: boolean): void {
    const all = fragments.all()
    if (this.run?.mayFail(line) === true) {
      this.lines.joined(all, { partial: isOpen })
      return
    }
    const isFromBegin = index <= line.repeated
    if (isFromBegin) line.repeated = isOpen ? Math.max(line.repeated, index + fragments.length) : 0
    const isWhole = !isOpen && index === 0
    const isPart = isOpen || isNamed(fragments.first!)
    if (!isWhole && !isPart && isFromBegin) return
    this.lines.joined(all, { partial: isOpen, as: isPart && !isWhole ? absorbed.byLine : absorbed.not })
  }

  /** The end of the line is lost. */
  private leave(run: RunLines, key: string, line: PendingLine): void {
    if (isRepetition(line)) return this.repeat(key, line, true)
    const { fragments, before } = line
    const { messageBytes } = this.lines.joined(fragments.all(), partial)
    if (before === undefined) return
    run.absorb(before.stored, messageBytes)
    run.hold(before)
    run.remember(key, undefined)
  }
}

const partial = { partial: true } as const
/** Lines of one batch whose ends have not come. */
const pendingMax = 10_000
/** Of a line, the last fragments with which a line may have begun that was stored before. */
const endsMax = 4
