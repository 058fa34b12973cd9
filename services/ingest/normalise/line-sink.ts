// Turns lines into rows of `logs`: joins CRI fragments, counts ordinals, derives severities. A line arrives as a draft of
// byte ranges and leaves as bytes. Only fragments, which are rare, become objects. Fragments of one batch are one line.
// With `open`, so are those of several batches: a batch that leaves a line open stores what it has of it, and the batch
// that goes on stores the longer line and the shorter row again, as absorbed (decision 0017).
import { type BatchHead, type DraftSink, type LineDraft, text } from './line-draft.ts'
import { bytesOf, endOf, placeOf, placesOf, type Fragment } from './fragment-line.ts'
import { absorbed, LineRows, type LineRowsOptions } from './line-rows.ts'
import {
  indexIn,
  passed,
  timeKey,
  type Change,
  type FragmentsOfBatch,
  type JoinedLine,
  type OpenFragments,
  type OpenLine,
} from './open-fragments.ts'
import type { TableRows } from '../store/table-rows.ts'

export interface LineSinkOptions extends LineRowsOptions {
  /** Remembers the lines that a batch leaves open. Without it each batch is alone. */
  open?: OpenFragments
}

/** A line of this batch whose end has not come. */
interface Pending {
  fragments: Fragment[]
  /** The open line of an earlier batch that it goes on from, or repeats. */
  before: OpenLine | undefined
  /** Of records that repeat a joined line: which of its fragments the first one is. */
  repeats: number | undefined
  next: number
  file: Buffer
}

/** Makes rows of `logs` from any number of batches. */
export class LineSink implements DraftSink {
  private readonly lines: LineRows
  private readonly open: OpenFragments | undefined
  private readonly pending = new Map<string, Pending>()
  /** Open lines of earlier batches that this batch goes on from, by key. */
  private readonly taken = new Map<string, OpenLine>()
  /** Open lines of earlier batches as the records of the other stream leave them. */
  private readonly advanced = new Map<string, OpenLine>()
  private joined: JoinedLine[] = []
  /** Of all batches: what was remembered before, open lines that no row has yet, and the lines that were joined. */
  private readonly before = new Map<string, OpenLine | undefined>()
  private readonly unsaved = new Map<string, OpenLine>()
  private readonly allJoined: JoinedLine[] = []
  private tenant = ''
  private receivedMs = 0
  /** The number of the current record within its body. */
  private seq = -1
  private startLength = 0
  private startCount = 0

  constructor({ open, ...options }: LineSinkOptions) {
    this.lines = new LineRows(options)
    this.open = open
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
    if (draft.partial || this.pending.size > 0 || this.mayConcernOthers(draft)) this.addFragment(draft)
    else this.lines.whole(draft, this.seq)
  }

  /** A line whose last fragment has not come is open, and stored as partial. */
  end(): void {
    const { lines, open, pending } = this
    if (open === undefined) for (const { fragments } of pending.values()) lines.joined(fragments, partial)
    else {
      for (const [key, line] of this.advanced) if (!this.taken.has(key)) this.remember(key, line)
      for (const key of this.taken.keys()) if (!pending.has(key)) this.remember(key, undefined)
      for (const each of pending.values()) if (isRepetition(each)) this.repeat(each)
      const { count } = lines
      const { length } = lines.rows
      for (const [key, each] of pending) if (!isRepetition(each)) this.leaveOpen(key, each)
      // Rows were written to count ordinals. `take` writes those of the lines that no other batch has ended.
      lines.rows.length = length
      lines.count = count
      for (const line of this.joined) this.allJoined.push(line)
    }
    this.forget()
    this.makeFinal()
  }

  abandon(): void {
    this.forget()
    this.lines.rows.length = this.startLength
    this.lines.count = this.startCount
  }

  /** Returns the rows of all lines. The sink must not be used afterwards. */
  take(): TableRows[] {
    const { lines } = this
    for (const [key, line] of this.unsaved) this.save(key, line)
    const release = (): void => lines.rows.release()
    if (lines.count > 0) return [{ table: 'logs', rows: lines.rows.take(), count: lines.count, release }]
    release()
    return []
  }

  /** To be called behind `take`. Returns undefined where the batches have nothing to do with fragments of others. */
  changes(): FragmentsOfBatch | undefined {
    const { open } = this
    if (open === undefined || (this.before.size === 0 && this.allJoined.length === 0)) return undefined
    const changes = [...this.before].map(([key, before]): Change => ({ key, before, after: open.get(key) }))
    return open.changed(changes, this.allJoined)
  }

  /** A later `abandon` leaves the rows written so far. */
  private makeFinal(): void {
    this.startLength = this.lines.rows.length
    this.startCount = this.lines.count
  }

  private forget(): void {
    this.pending.clear()
    this.taken.clear()
    this.advanced.clear()
    this.joined = []
  }

  /** Called for every line: it costs nothing while no line is remembered. */
  private mayConcernOthers(draft: LineDraft): boolean {
    const { open } = this
    if (open === undefined) return false
    return open.mayRepeat(timeKey(draft)) || (open.size > 0 && open.mayBeOpen(lifeHint(draft)))
  }

  private addFragment(draft: LineDraft): void {
    const life = lifeOf(draft)
    const key = this.keyOf(draft, draft.stream, life)
    const pending = this.pending.get(key) ?? this.recall(key, draft) ?? (draft.partial ? alone() : undefined)
    if (pending === undefined) this.lines.whole(draft, this.seq)
    else {
      const { fragments, before } = pending
      fragments.push(this.lines.fragment(draft, this.seq, fragments.at(-1), before?.stored !== undefined))
      pending.next = endOf(draft)
      pending.file = draft.copyOf(text.file)
      if (draft.partial) this.pending.set(key, pending)
      else {
        this.pending.delete(key)
        this.finish(key, pending)
      }
    }
    if (draft.stream !== 0) this.pass(this.keyOf(draft, 3 - draft.stream, life), draft)
  }

  private keyOf(draft: LineDraft, stream: number, life: string): string {
    return `${lifeHint(draft)} ${this.tenant}\0${stream}\0${life}`
  }

  /** Returns the line of an earlier batch that the record goes on with, or repeats a part of. */
  private recall(key: string, draft: LineDraft): Pending | undefined {
    if (this.open === undefined) return undefined
    const record = placeOf(draft)
    const repeats = this.open.joinedAt(key, record)
    if (repeats !== undefined) return { ...alone(), repeats }
    const before = this.advanced.get(key) ?? this.open.get(key)
    if (before === undefined || this.taken.has(key)) return undefined
    const index = indexIn(before, record, this.receivedMs)
    if (index < 0) return undefined
    this.taken.set(key, before)
    return { ...alone(), fragments: before.fragments.slice(0, index), before }
  }

  /** A record of the other stream may stand right behind an open line: the line goes on behind the record. */
  private pass(key: string, draft: LineDraft): void {
    const pending = this.pending.get(key)
    if (pending !== undefined) Object.assign(pending, passed(pending, { ...placeOf(draft), length: draft.length }))
    else if (!this.taken.has(key)) {
      const line = this.advanced.get(key) ?? this.open?.get(key)
      const next = line === undefined ? undefined : passed(line, { ...placeOf(draft), length: draft.length })
      if (next !== undefined && next !== line) this.advanced.set(key, next)
    }
  }

  /** The end of the line has come. */
  private finish(key: string, { fragments, before, repeats }: Pending): void {
    const isPart = repeats !== undefined && repeats > 0 && isNamed(fragments[0]!)
    this.lines.joined(fragments, { as: isPart ? absorbed.byLine : absorbed.not })
    if (before?.stored !== undefined && fragments.length >= before.fragments.length) {
      this.lines.absorb(before.stored.row)
      this.absorbEnds(fragments)
    }
    if (repeats === undefined && fragments.length > 1) this.joined.push({ key, places: placesOf(fragments) })
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

  /** Open rows of one text have one identity: absorbing one would hide both. */
  private absorb(stored: OpenLine['stored'], messageBytes: number): void {
    if (stored !== undefined && stored.messageBytes !== messageBytes) this.lines.absorb(stored.row)
  }

  /** Stores again what an open or a joined line has already. */
  private repeat({ fragments, before, repeats }: Pending): void {
    const messageBytes = fragments.reduce((sum, { message }) => sum + message.length, 0)
    const isInOpen = before?.stored !== undefined && before.stored.messageBytes !== messageBytes
    const isPart = isNamed(fragments[0]!) && (repeats !== undefined || isInOpen)
    this.lines.joined(fragments, { partial: true, as: isPart ? absorbed.byLine : absorbed.not })
  }

  private leaveOpen(key: string, { fragments, before, next, file }: Pending): void {
    const [first] = fragments as [Fragment, ...Fragment[]]
    const isCounted = first.offset < 0 && first.ordinal < 0
    const ordinal = isCounted ? this.lines.joined(fragments, partial).ordinal : undefined
    const bytes = fragments.reduce((sum, fragment) => sum + bytesOf(fragment), 0)
    const { receivedMs } = this
    const line = { fragments, ordinal, stored: before?.stored, next, file, bytes, receivedMs }
    this.remember(key, line)
    this.unsaved.set(key, line)
  }

  private remember(key: string, line: OpenLine | undefined): void {
    const open = this.open!
    if (!this.before.has(key)) this.before.set(key, open.get(key))
    open.set(key, line)
    if (line === undefined) this.unsaved.delete(key)
    else if (this.unsaved.has(key)) this.unsaved.set(key, line)
  }

  private save(key: string, line: OpenLine): void {
    const { lines, open } = this
    const { start, stop, messageBytes } = lines.joined(line.fragments, { partial: true, ordinal: line.ordinal })
    const row = Buffer.from(lines.rows.bytes.subarray(start, stop))
    this.absorb(line.stored, messageBytes)
    if (open!.get(key) === line)
      open!.set(key, { ...line, stored: { row, messageBytes }, bytes: line.bytes + row.length })
  }
}

const partial = { partial: true } as const
/** Of a line, the last fragments with which a line may have begun that was stored before. */
const endsMax = 4
const alone = (): Pending => ({ fragments: [], before: undefined, repeats: undefined, next: -1, file: nothing })
const nothing = Buffer.alloc(0)

/** Whether the batch ended before it had more of the line than is stored. */
const isRepetition = ({ fragments, before, repeats }: Pending): boolean =>
  repeats !== undefined || (before !== undefined && fragments.length < before.fragments.length)

/**
 * Whether its place names a record. Without an offset a time does that has ns, as runtimes write it; two lines of one
 * second may be equal.
 */
const isNamed = ({ offset, nanos }: Fragment): boolean => offset >= 0 || nanos % 1000 !== 0

/** Fragments with equal keys may be parts of one line. */
export const lifeKey = (draft: LineDraft): string => `${draft.stream}\0${lifeOf(draft)}`

function lifeOf(draft: LineDraft): string {
  const part = (index: number): string => draft.source[index]!.toString('latin1', draft.start[index], draft.stop[index])
  return [
    draft.restart,
    part(text.podUid),
    part(text.container),
    part(text.containerId),
    part(text.namespace),
    part(text.pod),
    part(text.cluster),
    part(text.node),
    part(text.unit),
  ].join('\0')
}

/** A small number that most lives have alone: it costs less than their key. */
function lifeHint(draft: LineDraft): number {
  let hash = draft.restart + 1
  for (const index of [text.podUid, text.pod, text.container]) {
    const source = draft.source[index]!
    const stop = draft.stop[index]!
    for (let i = Math.max(draft.start[index]!, stop - 12); i < stop; i++)
      hash = (Math.imul(hash, 31) + source[i]!) & 0x3fffffff
  }
  return hash
}
