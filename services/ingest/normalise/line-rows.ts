// Writes rows of `logs` as bytes: those of one record, and those of a line that came in fragments.
import { OrdinalCounter } from './identity.ts'
import { SeverityDetector } from './detect-severity.ts'
import { capEscaped, joinedBytesMax } from './line-cap.ts'
import { type BatchHead, type LineDraft, text } from './line-draft.ts'
import { continuesRun, runsOf, type Fragment, type Run } from './fragment-line.ts'
import type { BufferPool } from '../buffer/buffer-pool.ts'
import type { Place } from './place-name.ts'
import { provenLength } from './proven-length.ts'
import { messageRowsBytesMax, tooManyRows } from './rows-bytes-max.ts'
import { TraceIds } from './trace-ids.ts'
import { RowWriter } from '../store/row-writer.ts'

/** Values of `logs.absorbed`: a line, a fragment whose bytes a line has, a fragment that covers bytes of its own. */
export const absorbed = { not: 0, byLine: 1, apart: 2 } as const

export interface LineRowsOptions {
  /** The bytes of the batches, from which the first size of the row buffer is guessed. */
  bytesHint: number
  /** Seeds the hash of the ordinal counter: any number, fixed for the life of the process. */
  seed: number
  /** Called with the ordinal of each line without offset, and the `seq` of its first record in the batch. */
  onOrdinal?: (seq: number, ordinal: number) => void
  /** Supplies the buffers for the rows. */
  pool?: BufferPool
  /** The most bytes of the rows of one batch. A further one throws AfterlogError `too-large`. */
  rowsBytesMax?: number
}

/** What all rows of one batch have of it: when it arrived, its number and its id. */
export interface RowArrival {
  received: Buffer
  batch: Buffer
  batchId: string
}

/** What ends a row, which is known only with the end of its line. */
interface RowEnd {
  offset: number
  length: number
  ordinal: number
  severity: number
  eof: boolean
  seq: number
  partial: boolean
  absorbed: number
}

const streamNames = ['', 'stdout', 'stderr'].map((name) => Buffer.from(name))
const severityNames = ['', 'trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((name) => Buffer.from(name))
const separator = Buffer.from('","')

export class LineRows {
  readonly rows: RowWriter
  private readonly scratch = new RowWriter(1024)
  private readonly detector = new SeverityDetector()
  private readonly traceIds = new TraceIds()
  private readonly ordinals: OrdinalCounter
  private readonly onOrdinal: LineRowsOptions['onOrdinal']
  private readonly rowsBytesMax: number
  private batchStart = 0
  private tenantName = ''
  private tenant: Buffer = Buffer.alloc(0)
  private receivedMs = Number.NEGATIVE_INFINITY
  /** What the next rows have: that of the batch at hand, until another one is set. */
  arrival: RowArrival = { received: nothing, batch: nothing, batchId: '' }
  /** Rows written. */
  count = 0

  constructor({ bytesHint, seed, onOrdinal, pool, rowsBytesMax = messageRowsBytesMax }: LineRowsOptions) {
    this.rowsBytesMax = rowsBytesMax
    this.rows = new RowWriter(Math.ceil(bytesHint * 1.5) + 4096, pool)
    this.ordinals = new OrdinalCounter(this.rows, seed)
    this.onOrdinal = onOrdinal
  }

  begin({ tenant, receivedMs, arrival, batchId }: BatchHead): void {
    if (tenant !== this.tenantName) {
      this.tenantName = tenant
      this.tenant = Buffer.from(`",${JSON.stringify(tenant)},"`)
    }
    let { received } = this.arrival
    if (receivedMs !== this.receivedMs) {
      this.receivedMs = receivedMs
      const time = new Date(Number.isNaN(receivedMs) ? 0 : receivedMs).toISOString().slice(0, 23).replace('T', ' ')
      received = Buffer.from(`","${time}","`)
    }
    this.arrival = { received, batch: Buffer.from(`,${arrival},${JSON.stringify(batchId)},`), batchId }
    this.ordinals.forget()
    this.batchStart = this.rows.length
  }

  /** Writes the row of a record that is a line. */
  whole(draft: LineDraft, seq: number): void {
    this.record(draft, seq, { partial: false, absorbed: absorbed.not })
  }

  /** Writes the row of a mark: no line, and no bytes. */
  mark(draft: LineDraft, seq: number): void {
    this.record(draft, seq, { partial: true, absorbed: absorbed.apart })
  }

  private record(draft: LineDraft, seq: number, as: Pick<RowEnd, 'partial' | 'absorbed'>): void {
    const { rows } = this
    const start = rows.length
    this.head(rows, draft)
    const messageStart = rows.length
    this.copyText(rows, draft, text.message)
    const stop = rows.length
    this.traceIds.addTo(draft, rows.bytes, messageStart, stop)
    this.names(rows, draft)
    rows.copy(this.arrival.received)
    rows.copy(draft.retentionClass)
    rows.copy(separator)
    const length = draft.mark ? 0 : provenLength(draft.length, rows.bytes, messageStart, stop)
    this.finish(start, messageStart, stop, draft, { seq, length, ...as })
  }

  /** Returns the record, which has this place, as a fragment, with a copy of what it needs. */
  fragment(draft: LineDraft, place: Place, { seq, last, isWhole }: FragmentOptions): Fragment {
    const { length, eof, ordinal, severity, retentionClass } = draft
    const begins = last === undefined || !continuesRun(last, place)
    const render = (write: (to: RowWriter) => void): Buffer => {
      if (!begins && !isWhole) return nothing
      this.scratch.length = 0
      write(this.scratch)
      return Buffer.from(this.scratch.take())
    }
    const head = render((to) => this.head(to, draft))
    const names = render((to) => this.names(to, draft))
    return { ...place, length, eof, begins, ordinal, severity, seq, head, names, retentionClass }
  }

  /**
   * Writes the row of a line, or of a part of one, and one for each run of its bytes behind the first. Returns where
   * the row of the line lies, the bytes of its message, and its ordinal.
   */
  joined(fragments: readonly Fragment[], options: JoinedOptions): JoinedRow {
    const { partial = false, as = absorbed.not, ordinal, seq } = options
    const runs = runsOf(fragments)
    const [first, ...others] = runs as [Run, ...Run[]]
    const message = others.length === 0 ? first.message : Buffer.concat(runs.map((run) => run.message))
    const row = this.run(first, message, {
      partial,
      absorbed: as,
      ...(ordinal === undefined ? {} : { ordinal }),
      ...(seq === undefined ? {} : { seq }),
    })
    if (as === absorbed.not)
      for (const run of others)
        if (run.first.offset >= 0) this.run(run, run.message, { partial: true, absorbed: absorbed.apart })
    return row
  }

  /** Writes a stored row again, as one whose text a line has. */
  absorb(row: Buffer): void {
    const { rows } = this
    rows.copy(row)
    rows.bytes[rows.length - absorbedFromEnd] = 0x30 + absorbed.byLine
    this.count++
  }

  private run(
    { first, message: runMessage, length, eof }: Run,
    message: Buffer,
    end: Pick<RowEnd, 'partial' | 'absorbed'> & { ordinal?: number; seq?: number },
  ): JoinedRow {
    const { rows } = this
    const start = rows.length
    rows.copy(first.head)
    const messageStart = rows.length
    rows.copy(capEscaped(message, joinedBytesMax))
    const stop = rows.length
    rows.copy(first.names)
    rows.copy(this.arrival.received)
    rows.copy(first.retentionClass)
    rows.copy(separator)
    const proven =
      runMessage === message
        ? provenLength(length, rows.bytes, messageStart, stop)
        : provenLength(length, runMessage, 0, runMessage.length)
    const ordinal = this.finish(start, messageStart, stop, first, { length: proven, eof, seq: first.seq, ...end })
    return { start, stop: rows.length, messageBytes: message.length, ordinal }
  }

  private copyText(to: RowWriter, draft: LineDraft, index: number): void {
    to.copy(draft.source[index]!, draft.start[index], draft.stop[index])
  }

  // store/columns.ts has the order of the columns.
  private head(to: RowWriter, draft: LineDraft): void {
    to.byte(0x5b)
    to.time(draft.seconds, draft.nanos)
    to.copy(separator, 1)
    this.copyText(to, draft, text.podUid)
    to.copy(separator)
    this.copyText(to, draft, text.container)
    to.copy(separator)
    to.copy(streamNames[draft.stream]!)
    to.copy(separator)
  }

  private names(to: RowWriter, draft: LineDraft): void {
    to.copy(this.tenant)
    this.copyText(to, draft, text.cluster)
    to.copy(separator)
    this.copyText(to, draft, text.namespace)
    to.copy(separator)
    this.copyText(to, draft, text.pod)
    to.copy(separator, 0, 2)
    to.integer(draft.restart)
    to.copy(separator, 1)
    this.copyText(to, draft, text.containerId)
    to.copy(separator)
    this.copyText(to, draft, text.node)
    to.copy(separator)
    this.copyText(to, draft, text.unit)
    to.copy(separator)
    this.copyText(to, draft, text.traceId)
    to.copy(separator)
    this.copyText(to, draft, text.spanId)
    to.copy(separator, 0, 2)
    to.copy(draft.labels)
    to.byte(0x2c)
    to.copy(draft.attributes)
    to.byte(0x2c)
    to.integer(draft.offset)
    to.copy(separator, 1)
    this.copyText(to, draft, text.file)
    to.copy(separator)
    this.copyText(to, draft, text.agent)
  }

  private finish(
    start: number,
    messageStart: number,
    stop: number,
    line: Pick<RowEnd, 'offset' | 'ordinal' | 'severity' | 'eof'>,
    { length, eof = line.eof, ordinal: given = line.ordinal, seq, partial, absorbed: as }: FinishOptions,
  ): number {
    const { rows } = this
    const ordinal = given >= 0 ? given : line.offset >= 0 ? 0 : this.ordinal(start, stop, seq)
    const severity = line.severity > 0 ? line.severity : this.detector.detect(rows.bytes, messageStart, stop)
    rows.copy(severityNames[severity]!)
    rows.copy(separator, 0, 2)
    rows.byte(partial ? 0x31 : 0x30)
    rows.byte(0x2c)
    rows.integer(length)
    rows.byte(0x2c)
    rows.byte(eof ? 0x31 : 0x30)
    rows.byte(0x2c)
    rows.integer(ordinal)
    rows.copy(this.arrival.batch)
    rows.integer(seq)
    rows.byte(0x2c)
    rows.byte(0x30 + as)
    rows.byte(0x5d)
    rows.byte(0x0a)
    this.count++
    if (rows.length - this.batchStart > this.rowsBytesMax) throw tooManyRows(this.rowsBytesMax)
    return ordinal
  }

  private ordinal(start: number, stop: number, seq: number): number {
    const ordinal = this.ordinals.next(start, stop)
    this.onOrdinal?.(seq, ordinal)
    return ordinal
  }
}

export interface FragmentOptions {
  seq: number
  last: Fragment | undefined
  /** Whether a row may begin with it that is no run. */
  isWhole: boolean
}

export interface JoinedOptions {
  /** Whether the end of the line has not come. */
  partial?: boolean
  as?: (typeof absorbed)['not' | 'byLine']
  /** Where the row must not take one of its batch. */
  ordinal?: number | undefined
  /** Where the first fragment came in another batch: the place of the row in this one. */
  seq?: number | undefined
}

export interface JoinedRow {
  start: number
  stop: number
  messageBytes: number
  ordinal: number
}

type FinishOptions = Pick<RowEnd, 'length' | 'seq' | 'partial' | 'absorbed'> & Partial<Pick<RowEnd, 'eof' | 'ordinal'>>

const nothing = Buffer.alloc(0)
/** Where the digit of `absorbed` stands, counted from the end of a row. */
const absorbedFromEnd = 3
