// {app="cart"} |= "x" | json: lines that pass, by stream, up to a limit, newest or oldest first.
import type { LineKey } from '#shared/lines/line-order.ts'
import { keyOf, type Line } from '#shared/lines/row-decoder.ts'
import { readPage } from '#shared/store-reading/line-pages.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { inTurns } from './read-in-turns.ts'
import { passLine, type PassedLine } from './log-query.ts'
import { failedQuery } from './query-limits.ts'
import { filterOfPages, lineSource, readLines, type LineSource, type ReadCount } from './read-lines.ts'
import type { StreamResult } from './result.ts'
import { streamEntry } from './stream-entry.ts'
import type { PodFacts } from './streams/pod-facts.ts'
import type { LogExpr } from './syntax/logql-expr.ts'

export interface StreamsRequest {
  reading: Reading
  tenant: string
  expr: LogExpr
  startNs: bigint
  endNs: bigint
  limit: number
  direction: 'forward' | 'backward'
  intervalNs: bigint
  categorize: boolean
  /** What templates take for now. */
  nowNs: bigint
  count: ReadCount
}

/** A line of an answer, and its text as it is sent. */
const heldPerByte = 2
const heldPerLine = 1000
const keptBytesMax = 128 * 1024 * 1024

export async function readStreams(request: StreamsRequest): Promise<StreamResult[]> {
  const { reading, tenant, expr, startNs, endNs, limit, direction, intervalNs, categorize, nowNs, count } = request
  const source = await lineSource({ reading, tenant, log: expr, fromNs: startNs, toNs: endNs })
  const pass = passLine(source.rest, nowNs)
  const streams = collectStreams(categorize)
  const order = direction === 'forward' ? 'asc' : 'desc'
  let left = limit
  let last: bigint | undefined
  const isFarEnough = (ts: bigint): boolean =>
    last === undefined || intervalNs === 0n || (order === 'asc' ? ts >= last + intervalNs : ts <= last - intervalNs)
  const isAll = source.rest.length === 0 && intervalNs === 0n
  for await (const { lines, facts } of isAll ? pagesOf(request, source) : readLines(reading, source, order, count)) {
    await inTurns(reading, lines, (line) => {
      if (left === 0 || !isFarEnough(line.ts)) return
      const passed = pass(line, source.labels.of(line, facts)())
      if (passed === undefined) return
      count.keptBytes += heldPerByte * passed.bytes + heldPerLine
      if (count.keptBytes > keptBytesMax)
        throw failedQuery(
          `the lines of the answer have more than ${keptBytesMax / heldPerByte / 1024 / 1024} MiB: ask with a smaller limit`,
        )
      streams.add(line, passed)
      last = line.ts
      left -= 1
    })
    if (left === 0) break
  }
  return streams.all()
}

/** Where every line that is read is one of the answer, no more are read than it has. */
async function* pagesOf(
  { reading, limit, direction, count }: StreamsRequest,
  source: LineSource,
): AsyncGenerator<{ lines: readonly Line[]; facts: PodFacts }> {
  const order = direction === 'forward' ? 'asc' : 'desc'
  const filter = filterOfPages(source)
  let after: LineKey | undefined
  for (let left = limit; left > 0;) {
    const { lines, more } = await readPage({
      reading,
      filter,
      order,
      limit: left,
      ...(after === undefined ? {} : { after }),
    })
    for (const { message } of lines) count.bytes += message.length
    count.lines += lines.length
    left -= lines.length
    yield { lines, facts: await source.facts.of(lines.map(({ podUid }) => podUid)) }
    if (!more || lines.length === 0) return
    after = keyOf(lines.at(-1)!)
  }
}

interface StreamCollector {
  add(line: Pick<Line, 'ts'>, passed: PassedLine): void
  all(): StreamResult[]
}

/** Lines by the labels of their streams. */
function collectStreams(categorize: boolean): StreamCollector {
  const streams = new Map<string, StreamResult>()
  return {
    add(line, passed) {
      const { labels, key, entry } = streamEntry(line, passed, categorize)
      const known = streams.get(key)
      if (known === undefined) streams.set(key, { labels, entries: [entry] })
      else known.entries.push(entry)
    },
    all: () => [...streams].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, stream]) => stream),
  }
}
