// Builds batches of lines. A batch has lines of one container, and depends only on these lines and the size limit:
// equal lines make equal bodies, so that a refused record is one dead letter however often it is sent. A batch does not
// end between the fragments of a line (P … F), unless the line alone is larger than the slack.
import { fragmentOf } from '../lines/container-line.ts'
import type { Batch, Mark } from './batch.ts'
import { RecordWriter } from './record-writer.ts'

/** How far a batch may exceed the limit to hold all fragments of a line. The server joins at most 1 MiB. */
const slackBytes = 2 * 1024 * 1024

export interface BatchBuilderOptions {
  bytesMax: number
  recordsMax: number
  onBatch(batch: Batch): void
}

export interface BatchBuilder {
  /** Begins a file, whose lines follow. `key` is its key in the state. */
  beginFile(container: string, key: string): void
  /**
   * Adds a line. `head` and `field` are as in RecordWriter.open. `fragments` says whether the line may be a fragment.
   * `time` is given for a line that does not state its own.
   */
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
  /** Hands over the current batch, since the container has no more lines. */
  flush(): void
  /** Takes back the body of a batch, which the caller must not read afterwards. */
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
  // Where the last whole line lies. It becomes an object once per mark only, since there is one per line.
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

/**
 * Splits a batch that was too large for the server in two, or returns undefined where it is one record. Fragments of a
 * line are separated only where there is no other way.
 */
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
