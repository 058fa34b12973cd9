// Lines on their way into rows of `logs`: joins the CRI fragments of one batch, counts ordinals, finds severities. A line arrives as
// a draft of byte ranges and leaves as bytes; only fragments, which are rare, become objects.
import { detectSeverity } from './severity.ts'
import { OrdinalCounter } from './identity.ts'
import { capEscaped, joinedBytesMax } from './line-cap.ts'
import { RowWriter } from '../store/row-writer.ts'

/** Text of a draft: JSON-escaped bytes of some buffer. */
export const texts = [
  'podUid',
  'container',
  'message',
  'cluster',
  'namespace',
  'pod',
  'containerId',
  'node',
  'unit',
  'traceId',
  'spanId',
  'file',
  'agent',
] as const
export const text = Object.fromEntries(texts.map((name, index) => [name, index])) as Record<(typeof texts)[number], number>

const nothing = Buffer.alloc(0)
const emptyMap = Buffer.from('{}')
const streamNames = ['', 'stdout', 'stderr'].map((name) => Buffer.from(name))

/** One line, reused for all lines of a decoder: `reset` it, fill it, give it to the sink. */
export class LineDraft {
  readonly source: Buffer[] = texts.map(() => nothing)
  readonly start = new Int32Array(texts.length)
  readonly stop = new Int32Array(texts.length)
  seconds = 0
  nanos = 0
  /** 0 unknown, 1 stdout, 2 stderr. */
  stream = 0
  restart = -1
  offset = -1
  length = -1
  /** -1: count it. */
  ordinal = -1
  eof = false
  partial = false
  /** Index into `severities`; 0 looks at the text. */
  severity = 0
  /** JSON objects of strings. */
  labels: Buffer = emptyMap
  attributes: Buffer = emptyMap
  /** Escaped, as the retention rules name it. */
  retentionClass: Buffer = nothing

  reset(): void {
    this.source.fill(nothing)
    this.start.fill(0)
    this.stop.fill(0)
    this.stream = 0
    this.restart = this.offset = this.length = this.ordinal = -1
    this.eof = this.partial = false
    this.severity = 0
    this.labels = this.attributes = emptyMap
  }

  set(index: number, source: Buffer, start = 0, stop = source.length): void {
    this.source[index] = source
    this.start[index] = start
    this.stop[index] = stop
  }

  isEmpty(index: number): boolean {
    return this.start[index] === this.stop[index]
  }

  equals(index: number, other: Buffer): boolean {
    const start = this.start[index]!
    if (this.stop[index]! - start !== other.length) return false
    const source = this.source[index]!
    for (let i = 0; i < other.length; i++) if (source[start + i] !== other[i]) return false
    return true
  }

  copyOf(index: number): Buffer {
    return Buffer.from(this.source[index]!.subarray(this.start[index], this.stop[index]))
  }
}

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
  tenant: string
  /** Arrival, ms since 1970. */
  receivedMs: number
  /** Bytes that the batch has, as a first guess of what its rows take. */
  bytesHint: number
  /** Of the ordinals' hash: any number, fixed for the life of the process. */
  seed: number
}

const separator = Buffer.from('","')

export class LineSink {
  private readonly rows: RowWriter
  private readonly scratch = new RowWriter(1024)
  private readonly ordinals: OrdinalCounter
  private readonly pending = new Map<string, Fragments>()
  private readonly tenant: Buffer
  private readonly received: Buffer
  /** Lines written. */
  count = 0
  /** Where the current record stands in the batch. */
  private seq = -1

  constructor({ tenant, receivedMs, bytesHint, seed }: LineSinkOptions) {
    this.rows = new RowWriter(Math.ceil(bytesHint * 1.5) + 4096)
    this.ordinals = new OrdinalCounter(this.rows, seed)
    this.tenant = Buffer.from(`",${JSON.stringify(tenant)},"`)
    this.received = Buffer.from(`","${new Date(receivedMs).toISOString().slice(0, 23).replace('T', ' ')}","`)
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
      this.end(start, messageStart, stop, draft, this.seq, false)
    }
  }

  /** The rows of all lines; a line whose last fragment never came is kept as partial. */
  finish(): Buffer {
    for (const fragments of this.pending.values()) this.join(fragments, true)
    this.pending.clear()
    return this.rows.take()
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
      fragments.length = fragments.length < 0 || draft.length < 0 ? -1 : fragments.length + draft.length
      fragments.eof ||= draft.eof
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
    this.end(start, messageStart, stop, fragments, fragments.seq, partial)
  }

  private render(write: (to: RowWriter) => void): Buffer {
    this.scratch.length = 0
    write(this.scratch)
    return Buffer.from(this.scratch.take())
  }

  private copyText(to: RowWriter, draft: LineDraft, index: number): void {
    to.copy(draft.source[index]!, draft.start[index], draft.stop[index])
  }

  // The column order is services/ingest/store/columns.ts.
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

  private end(
    start: number,
    messageStart: number,
    stop: number,
    line: { offset: number; length: number; ordinal: number; severity: number; eof: boolean },
    seq: number,
    partial: boolean,
  ): void {
    const { rows } = this
    const severity = line.severity > 0 ? line.severity : detectSeverity(rows.bytes, messageStart, stop)
    rows.copy(severityNames[severity]!)
    rows.copy(separator, 0, 2)
    rows.byte(partial ? 0x31 : 0x30)
    rows.byte(0x2c)
    rows.integer(line.length)
    rows.byte(0x2c)
    rows.byte(line.eof ? 0x31 : 0x30)
    rows.byte(0x2c)
    rows.integer(line.ordinal >= 0 ? line.ordinal : line.offset >= 0 ? 0 : this.ordinals.next(start, stop))
    rows.byte(0x2c)
    rows.integer(seq)
    rows.byte(0x5d)
    rows.byte(0x0a)
    this.count++
  }
}

const severityNames = ['', 'trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((name) => Buffer.from(name))

function lifeKey(draft: LineDraft): string {
  const part = (index: number): string => draft.source[index]!.toString('latin1', draft.start[index], draft.stop[index])
  return [
    draft.stream,
    draft.restart,
    part(text.podUid),
    part(text.container),
    part(text.containerId),
    part(text.namespace),
    part(text.pod),
  ].join('\0')
}
