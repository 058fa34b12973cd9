// Turns lines into rows of `logs`: joins the CRI fragments of one batch, counts ordinals, derives severities. A line
// arrives as a draft of byte ranges and leaves as bytes. Only fragments, which are rare, become objects.
import { AfterlogError } from '#shared/errors.ts'
import { SeverityDetector } from './detect-severity.ts'
import { OrdinalCounter } from './identity.ts'
import { capEscaped, endsInMark, joinedBytesMax, recordBytesMax } from './line-cap.ts'
import { type BatchHead, type DraftSink, type LineDraft, text } from './line-draft.ts'
import type { BufferPool } from '../buffer/buffer-pool.ts'
import { unescapeJson } from '../formats/json-escape.ts'
import { RowWriter } from '../store/row-writer.ts'
import type { TableRows } from '../store/table-rows.ts'

const streamNames = ['', 'stdout', 'stderr'].map((name) => Buffer.from(name))

interface Fragments {
  head: Buffer
  messages: Buffer[]
  middle: Buffer
  offset: number
  length: number
  ordinal: number
  severity: number
  eof: boolean
  seq: number
}

export interface LineSinkOptions {
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

const separator = Buffer.from('","')

/** Makes rows of `logs` from any number of batches. */
export class LineSink implements DraftSink {
  private readonly rows: RowWriter
  private readonly scratch = new RowWriter(1024)
  private readonly detector = new SeverityDetector()
  private readonly ordinals: OrdinalCounter
  private readonly pending = new Map<string, Fragments>()
  private readonly onOrdinal: LineSinkOptions['onOrdinal']
  private readonly rowsBytesMax: number
  private tenantName = ''
  private tenant: Buffer = Buffer.alloc(0)
  private receivedMs = Number.NEGATIVE_INFINITY
  private received: Buffer = Buffer.alloc(0)
  private batch: Buffer = Buffer.alloc(0)
  /** Lines written. */
  count = 0
  /** The number of the current record within its body. */
  private seq = -1
  private startLength = 0
  private startCount = 0

  constructor({ bytesHint, seed, onOrdinal, pool, rowsBytesMax = messageRowsBytesMax }: LineSinkOptions) {
    this.rowsBytesMax = rowsBytesMax
    this.rows = new RowWriter(Math.ceil(bytesHint * 1.5) + 4096, pool)
    this.ordinals = new OrdinalCounter(this.rows, seed)
    this.onOrdinal = onOrdinal
  }

  begin({ tenant, receivedMs, arrival, batchId, seq }: BatchHead): void {
    if (tenant !== this.tenantName) {
      this.tenantName = tenant
      this.tenant = Buffer.from(`",${JSON.stringify(tenant)},"`)
    }
    if (receivedMs !== this.receivedMs) {
      this.receivedMs = receivedMs
      const time = new Date(Number.isNaN(receivedMs) ? 0 : receivedMs).toISOString().slice(0, 23).replace('T', ' ')
      this.received = Buffer.from(`","${time}","`)
    }
    this.batch = Buffer.from(`,${arrival},${JSON.stringify(batchId)},`)
    this.seq = seq - 1
    this.makeFinal()
    this.ordinals.forget()
  }

  add(draft: LineDraft): void {
    this.seq++
    if (draft.partial || this.pending.size > 0) this.addFragment(draft)
    else {
      const start = this.rows.length
      this.head(this.rows, draft)
      const messageStart = this.rows.length
      this.copyText(this.rows, draft, text.message)
      const stop = this.rows.length
      this.middle(this.rows, draft)
      this.finish(start, messageStart, stop, draft, this.seq, false)
    }
  }

  /** A line whose last fragment never came is stored as partial. */
  end(): void {
    for (const fragments of this.pending.values()) this.join(fragments, true)
    this.pending.clear()
    this.makeFinal()
  }

  /** A later `abandon` leaves the rows written so far. */
  private makeFinal(): void {
    this.startLength = this.rows.length
    this.startCount = this.count
  }

  abandon(): void {
    this.pending.clear()
    this.rows.length = this.startLength
    this.count = this.startCount
  }

  /** Returns the rows of all lines. The sink must not be used afterwards. */
  take(): TableRows[] {
    const release = (): void => this.rows.release()
    if (this.count > 0) return [{ table: 'logs', rows: this.rows.take(), count: this.count, release }]
    release()
    return []
  }

  private addFragment(draft: LineDraft): void {
    const key = lifeKey(draft)
    let fragments = this.pending.get(key)
    const message = draft.copyOf(text.message)
    if (fragments === undefined) {
      fragments = {
        head: this.render((to) => this.head(to, draft)),
        messages: [message],
        middle: this.render((to) => this.middle(to, draft)),
        offset: draft.offset,
        length: draft.length,
        ordinal: draft.ordinal,
        severity: draft.severity,
        eof: draft.eof,
        seq: this.seq,
      }
    } else {
      fragments.messages.push(message)
      // A line of the other stream stands between them: the joined line does not end at offset + length.
      const follows = draft.offset === fragments.offset + fragments.length
      fragments.length = fragments.length < 0 || draft.length < 0 ? -1 : fragments.length + draft.length
      fragments.eof = draft.eof && follows
    }
    if (draft.partial) this.pending.set(key, fragments)
    else {
      this.pending.delete(key)
      this.join(fragments, false)
    }
  }

  private join(fragments: Fragments, partial: boolean): void {
    const start = this.rows.length
    this.rows.copy(fragments.head)
    const messageStart = this.rows.length
    this.rows.copy(capEscaped(Buffer.concat(fragments.messages), joinedBytesMax))
    const stop = this.rows.length
    this.rows.copy(fragments.middle)
    this.finish(start, messageStart, stop, fragments, fragments.seq, partial)
  }

  private render(write: (to: RowWriter) => void): Buffer {
    this.scratch.length = 0
    write(this.scratch)
    return Buffer.from(this.scratch.take())
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

  private middle(to: RowWriter, draft: LineDraft): void {
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
    to.copy(this.received)
    to.copy(draft.retentionClass)
    to.copy(separator)
  }

  /**
   * Returns -1 where the line is longer than `length` says, or was cut: then offset + length does not prove where the
   * next line begins.
   */
  private provenLength(length: number, start: number, stop: number): number {
    const { bytes } = this.rows
    if (length <= 0 || (stop - start > recordBytesMax && endsInMark(bytes, stop))) return -1
    return stop - start > length && unescapeJson(bytes, start, stop).length > length ? -1 : length
  }

  private finish(
    start: number,
    messageStart: number,
    stop: number,
    line: { offset: number; length: number; ordinal: number; severity: number; eof: boolean },
    seq: number,
    partial: boolean,
  ): void {
    const { rows } = this
    const severity = line.severity > 0 ? line.severity : this.detector.detect(rows.bytes, messageStart, stop)
    rows.copy(severityNames[severity]!)
    rows.copy(separator, 0, 2)
    rows.byte(partial ? 0x31 : 0x30)
    rows.byte(0x2c)
    rows.integer(this.provenLength(line.length, messageStart, stop))
    rows.byte(0x2c)
    rows.byte(line.eof ? 0x31 : 0x30)
    rows.byte(0x2c)
    rows.integer(line.ordinal >= 0 ? line.ordinal : line.offset >= 0 ? 0 : this.ordinal(start, stop, seq))
    rows.copy(this.batch)
    rows.integer(seq)
    rows.byte(0x5d)
    rows.byte(0x0a)
    this.count++
    if (rows.length - this.startLength > this.rowsBytesMax) throw tooManyRows(this.rowsBytesMax)
  }

  private ordinal(start: number, stop: number, seq: number): number {
    const ordinal = this.ordinals.next(start, stop)
    this.onOrdinal?.(seq, ordinal)
    return ordinal
  }
}

const MiB = 1024 * 1024
/** The most bytes of the rows of a message, whose rows were within it in the body that it may be a part of. */
const messageRowsBytesMax = 256 * MiB
/** The most bytes of the rows of a body. A short record repeats long names of its batch in its row. */
export const bodyRowsBytesMax = (bytes: number): number => Math.min(16 * (MiB + bytes), messageRowsBytesMax)

const tooManyRows = (bytesMax: number): AfterlogError =>
  new AfterlogError(
    'too-large',
    `the batch becomes more than ${bytesMax} bytes of rows, since each record repeats the names of its batch; ` +
      'send smaller batches',
  )

const severityNames = ['', 'trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((name) => Buffer.from(name))

/** Fragments with equal keys may be parts of one line. */
export function lifeKey(draft: LineDraft): string {
  const part = (index: number): string => draft.source[index]!.toString('latin1', draft.start[index], draft.stop[index])
  return [
    draft.stream,
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
