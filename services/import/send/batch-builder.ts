// Lines in, batches out. A batch holds lines of one container and depends on nothing but them and the size limit: the same lines
// make the same bodies, so what the server refused is one dead letter however often it is sent. A batch never ends between a
// line's fragments (P … F), unless the line alone is larger than the slack.
import { fragmentOf } from '../lines/container-line.ts'
import type { Batch, Mark } from './batch.ts'
import { RecordWriter } from './record-writer.ts'

/** Fragments are followed this far beyond the limit; the server joins at most 1 MiB. */
const slackBytes = 2 * 1024 * 1024

export interface BatchBuilderOptions {
  bytesMax: number
  recordsMax: number
  onBatch(batch: Batch): void
}

export interface BatchBuilder {
  /** Lines of this file follow; `key` names it in the state. */
  beginFile(container: string, key: string): void
  /** `head` and `field` as in RecordWriter.open. `fragments`: whether the line may be a part of one; `time` of a line that does not say its own. */
  add(
    head: Buffer,
    field: Buffer,
    fragments: boolean,
    bytes: Buffer,
    start: number,
    end: number,
    offset: number,
    length: number,
    time?: string,
  ): void
  endFile(eof: boolean): void
  /** Hands over what is there: the container has no more lines. */
  flush(): void
  /** The batch's body is read by nobody any more. */
  recycle(batch: Batch): void
}

export function createBatchBuilder({ bytesMax, recordsMax, onBatch }: BatchBuilderOptions): BatchBuilder {
  const writer = new RecordWriter(bytesMax + 64 * 1024)
  let container = ''
  let key = ''
  let records = 0
  let cuts: number[] = []
  let marks: Mark[] = []
  let mark: Mark | undefined
  let unclosed = false
  const open = { stdout: false, stderr: false }
  // Of the last whole line: kept as a place and made an object once per mark, since this happens for every line.
  let lastBytes: Buffer | undefined
  let lastStart = 0
  let lastEnd = 0
  let lastOffset = 0
  let lastTime: string | undefined

  const endMark = () => {
    if (mark !== undefined && lastBytes !== undefined) {
      mark.last = { line: Buffer.from(lastBytes.subarray(lastStart, lastEnd)), offset: lastOffset, time: lastTime }
    }
    mark = undefined
    lastBytes = undefined
  }
  const close = (eof: boolean) => {
    if (!unclosed) return
    writer.close(eof)
    unclosed = false
    if (!open.stdout && !open.stderr) cuts.push(writer.length)
  }
  const flush = () => {
    close(false)
    endMark()
    if (records === 0) return
    if (cuts.at(-1) === writer.length) cuts.pop()
    const batch: Batch = { body: writer.take(), records, cuts, marks, container }
    records = 0
    cuts = []
    marks = []
    onBatch(batch)
  }
  const fits = () => {
    if (writer.length < bytesMax && records < recordsMax) return true
    return (open.stdout || open.stderr) && writer.length < bytesMax + slackBytes
  }

  return {
    beginFile(nextContainer, nextKey) {
      if (nextContainer !== container) {
        flush()
        open.stdout = open.stderr = false
      }
      container = nextContainer
      key = nextKey
    },
    add(head, field, fragments, bytes, start, end, offset, length, time) {
      close(false)
      if (!fits()) flush()
      const fragment = fragments ? fragmentOf(bytes, start, end) : undefined
      const continues = fragment !== undefined && open[fragment.stream]
      if (fragment !== undefined) open[fragment.stream] = fragment.more
      writer.open(head, field, bytes, start, end, offset, length)
      unclosed = true
      records++
      if (mark === undefined) {
        mark = { key, offset, last: undefined }
        marks.push(mark)
      }
      mark.offset = offset + length
      if (continues || fragment?.more === true) return
      lastBytes = bytes
      lastStart = start
      lastEnd = end
      lastOffset = offset
      lastTime = time
    },
    endFile(eof) {
      close(eof)
      endMark()
    },
    flush,
    recycle: (batch) => writer.recycle(batch.body),
  }
}

/** Two halves of a batch that was too large for the server, or undefined where it is one record. Fragments part only where they must. */
export function halve({ body, cuts }: Pick<Batch, 'body' | 'cuts'>): { body: Buffer; cuts: number[] }[] | undefined {
  const middle = body.length / 2
  const best = cuts.toSorted((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0]
  // Raw newlines stand only between records.
  const at = best ?? body.indexOf(0x0a, middle) + 1
  const cut = at > 0 && at < body.length ? at : body.indexOf(0x0a) + 1
  if (cut === 0 || cut >= body.length) return undefined
  return [
    { body: body.subarray(0, cut), cuts: cuts.filter((other) => other < cut) },
    { body: body.subarray(cut), cuts: cuts.filter((other) => other > cut).map((other) => other - cut) },
  ]
}
