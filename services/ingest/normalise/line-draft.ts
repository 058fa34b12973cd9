// One line between its decoder and its sink: byte ranges of the buffer that it came in, and numbers. A decoder refills
// one draft for every line. A sink turns it into rows of `logs` (line-sink) or records of a message (publish/).

/** The texts of a draft: JSON-escaped bytes of some buffer. */
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
export const text = Object.fromEntries(texts.map((name, index) => [name, index])) as Record<
  (typeof texts)[number],
  number
>

const nothing = Buffer.alloc(0)
const emptyMap = Buffer.from('{}')

/** One line. A decoder reuses it for all lines: `reset` it, fill it, give it to the sink. */
export class LineDraft {
  readonly source: Buffer[] = texts.map(() => nothing)
  readonly start = new Int32Array(texts.length)
  readonly stop = new Int32Array(texts.length)
  /** The index of the record in its body. */
  index = 0
  seconds = 0
  nanos = 0
  /** 0 unknown, 1 stdout, 2 stderr. */
  stream = 0
  restart = -1
  offset = -1
  length = -1
  /** -1 where the sink must count it. */
  ordinal = -1
  eof = false
  partial = false
  /** No line: bytes of the file up to `offset` were written, whether they came or not. */
  mark = false
  /** An index into `severities`. At 0 the sink derives it from the text. */
  severity = 0
  /** JSON objects of strings. */
  labels: Buffer = emptyMap
  attributes: Buffer = emptyMap
  /** The name of the retention class, escaped. */
  retentionClass: Buffer = nothing

  reset(): void {
    this.source.fill(nothing)
    this.start.fill(0)
    this.stop.fill(0)
    this.stream = 0
    this.restart = this.offset = this.length = this.ordinal = -1
    this.eof = this.partial = this.mark = false
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

/**
 * Takes the lines of batches, one batch after the other. A batch is one HTTP body or one Kafka message: ordinals count
 * within it.
 */
export interface DraftSink {
  /** Begins a batch. */
  begin(batch: BatchHead): void
  /** Copies what it needs of the draft before it returns. */
  add(draft: LineDraft): void
  /** Ends the batch and makes its lines final. */
  end(): void
  /** Drops the lines added since `begin`. Does nothing where no batch was begun since the last `end`. */
  abandon(): void
}

export interface BatchHead {
  tenant: string
  /** Arrival in ms since 1970; NaN where it is not known. */
  receivedMs: number
  /** As `Origin` has them. */
  arrival: number
  batchId: string
  /** The number of the first record within its body: greater than 0 where a body was split over messages. */
  seq: number
}
