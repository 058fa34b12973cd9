// RowBinary rows of line-statements.ts as lines. Bytes of a message stay as they were stored; a row may be cut anywhere
// between two chunks.
import type { LineKey } from './line-order.ts'
import type { Gap } from '#shared/pod-model/seal/evidence.ts'
import { BinaryRows } from './binary-rows.ts'

/** A stored line. Unknown numbers are -1 here, null only in answers. */
export interface Line {
  ts: bigint
  cluster: string
  namespace: string
  pod: string
  podUid: string
  container: string
  restart: number
  /** Where `restart` was attributed when the line was read: as it is stored. */
  storedRestart?: number
  containerId: string
  node: string
  unit: string
  stream: string
  partial: boolean
  severity: string
  message: Buffer
  traceId: string
  spanId: string
  labels: Record<string, string>
  attributes: Record<string, string>
  offset: number
  /** Raw bytes, of a joined row those of its fragments together; unknown where not above 0. */
  length: number
  file: string
  /** When its batch arrived, epoch ms. */
  received: number
  /** As `LineKey` has it. */
  arrival: bigint
  seq: number
  identity: bigint
  /** Of a line that nobody said: what is missing before the next one. */
  gap?: Gap
  /** Of a gap: the offset of the line behind it, which gives the gap its place. */
  offsetBehind?: number
}

/** A line with what counting it and seeing what it covers of its file takes. */
export interface MeasuredLine extends Line {
  /** The file ends with it. */
  eof: boolean
  /** Of the whole message, of which `message` may be the begin. */
  bytes: number
  /** Of the rows of one line, merges keep the one where it is highest. */
  precedence: bigint
  /** No line: a fragment of a joined line, whose bytes lie apart from those that the line itself covers. */
  coversOnly: boolean
}

/** The key as it is stored, whatever was attributed since. */
export const keyOf = ({ restart, storedRestart, offset, offsetBehind, ...line }: Line): LineKey => ({
  ts: line.ts,
  restart: storedRestart ?? restart,
  file: line.file,
  offset: offsetBehind ?? offset,
  received: line.received,
  arrival: line.arrival,
  seq: line.seq,
  identity: line.identity,
})

/** One of the rows of a line: merges keep the one where `precedence` is highest. */
export interface RankedLine {
  line: Line
  precedence: bigint
}

/** Appends the next of whole rows, at most `count`, for each call; returns whether there are more. */
export type DecodeStep<Row> = (bytes: Buffer, rows: Row[], count: number) => () => boolean

const stepsOf =
  <Row>(read: (reader: RowReader) => Row): DecodeStep<Row> =>
  (bytes, rows, count) => {
    const reader = new RowReader(bytes)
    return () => {
      for (let left = count; left > 0 && !reader.ended; left--) rows.push(read(reader))
      return !reader.ended
    }
  }

/** Of lines. */
export const decodeStep: DecodeStep<Line> = stepsOf((reader) => reader.line())

/** Of line-statements.ts `firstRows`. */
export const decodeRanked: DecodeStep<RankedLine> = stepsOf((reader) => ({
  line: reader.line(),
  precedence: reader.uint64(),
}))

export interface MatchedLine {
  line: Line
  /** A byte for each filter, 1 where it selects the line. */
  matches: Buffer
  /** Of the store, from which it was read. */
  part: string
}

/** Of line-statements.ts `matchedLines`. */
export const decodeMatched: DecodeStep<MatchedLine> = stepsOf((reader) => ({
  line: reader.line(),
  matches: reader.raw(),
  part: reader.text(),
}))

/** Lines of whole rows of line-statements.ts `measuredLines`. */
export function decodeMeasured(bytes: Buffer): MeasuredLine[] {
  const reader = new RowReader(bytes)
  const lines: MeasuredLine[] = []
  while (!reader.ended) {
    const line = reader.line()
    lines.push({
      ...line,
      eof: reader.byte() === 1,
      bytes: Number(reader.int64()),
      precedence: reader.uint64(),
      coversOnly: reader.byte() === 1,
    })
  }
  return lines
}

class RowReader extends BinaryRows {
  line(): Line {
    return {
      ts: this.int64(),
      cluster: this.text(),
      namespace: this.text(),
      pod: this.text(),
      podUid: this.text(),
      container: this.text(),
      restart: this.int32(),
      containerId: this.text(),
      node: this.text(),
      unit: this.text(),
      stream: this.text(),
      partial: this.byte() === 1,
      severity: this.text(),
      message: this.raw(),
      traceId: this.text(),
      spanId: this.text(),
      labels: this.map(),
      attributes: this.map(),
      offset: Number(this.int64()),
      length: Number(this.int64()),
      file: this.text(),
      received: Number(this.int64()),
      arrival: this.uint64(),
      seq: this.uint32(),
      identity: this.uint64(),
    }
  }
}
