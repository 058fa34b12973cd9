// {app="cart"} |= "x" | json: lines that pass, by stream, up to a limit, newest or oldest first.
import type { Line } from '#shared/lines/row-decoder.ts'
import { readPage } from '#shared/store-reading/line-pages.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { inTurns } from './read-in-turns.ts'
import { passLine, type PassedLine } from './log-query.ts'
import { labelsOf } from './pipeline/line-labels.ts'
import { lineSource, readLines, type LineSource, type ReadCount } from './read-lines.ts'
import type { Entry, StreamResult } from './result.ts'
import { keyOfLabels } from './evaluate/series.ts'
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
  count: ReadCount
}

export async function readStreams(request: StreamsRequest): Promise<StreamResult[]> {
  const { reading, tenant, expr, startNs, endNs, limit, direction, intervalNs, categorize } = request
  const source = await lineSource({ reading, tenant, log: expr, fromNs: startNs, toNs: endNs })
  const pass = passLine(source.rest, endNs)
  const streams = collectStreams(categorize)
  const order = direction === 'forward' ? 'asc' : 'desc'
  let left = limit
  let last: bigint | undefined
  const isFarEnough = (ts: bigint): boolean =>
    last === undefined || intervalNs === 0n || (order === 'asc' ? ts >= last + intervalNs : ts <= last - intervalNs)
  const isAll = source.rest.length === 0 && intervalNs === 0n
  for await (const { lines, facts } of isAll
    ? onePage(request, source)
    : readLines(reading, source, order, request.count)) {
    await inTurns(reading, lines, (line) => {
      if (left === 0 || !isFarEnough(line.ts)) return
      const passed = pass(line, source.labels.of(line, facts)())
      if (passed === undefined) return
      streams.add(line, passed)
      last = line.ts
      left -= 1
    })
    if (left === 0) break
  }
  return streams.all()
}

/** Where every line that is read is one of the answer, no more are read than it has. */
async function* onePage(
  { reading, limit, direction, count }: StreamsRequest,
  { filter, facts }: LineSource,
): AsyncGenerator<{ lines: readonly Line[]; facts: PodFacts }> {
  const order = direction === 'forward' ? 'asc' : 'desc'
  const { lines } = await readPage({ reading, filter, order, limit })
  for (const { message } of lines) count.bytes += message.length
  count.lines += lines.length
  yield { lines, facts: await facts.of(lines.map(({ podUid }) => podUid)) }
}

export interface StreamCollector {
  add(line: Pick<Line, 'ts'>, passed: PassedLine): void
  all(): StreamResult[]
}

/** Lines by the labels of their streams; without `categorize` all labels of a line are those of its stream. */
export function collectStreams(categorize: boolean): StreamCollector {
  const streams = new Map<string, StreamResult>()
  return {
    add({ ts }, { line, labels }) {
      const entry: Entry = { tsNs: ts, line }
      const { stream, structuredMetadata, parsed } = labels.categories()
      if (categorize) Object.assign(entry, { structuredMetadata, parsed })
      const own = categorize ? stream : labelsOf(labels.entries())
      const key = keyOfLabels(own)
      const known = streams.get(key)
      if (known === undefined) streams.set(key, { labels: own, entries: [entry] })
      else known.entries.push(entry)
    },
    all: () => [...streams].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, stream]) => stream),
  }
}
