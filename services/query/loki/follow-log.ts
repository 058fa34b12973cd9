// The lines of a tail: the newest of the past, and then lines as they arrive. The past is what had arrived when the tail
// began and is visible once the feed tells of all that becomes visible: so a line whose insert is under way meanwhile
// is in one of them, and none is in both.
import { milliseconds, sql } from '#shared/clickhouse/sql.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import { keyOf, type Line } from '#shared/lines/row-decoder.ts'
import { streamLines } from '#shared/store-reading/line-pages.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import type { Polling } from '#query/http/watch-polling.ts'
import { digest } from '#query/http/cursor.ts'
import { placeBefore } from '#query/tail/arrival-place.ts'
import type { ArrivalFeed } from '#query/tail/follow-arrivals.ts'
import { follow } from '#query/tail/follow-lines.ts'
import type { Dropped } from '#query/tail/line-buffer.ts'
import type { SentLines } from '#query/tail/sent-lines.ts'
import type { SentMemory } from '#query/tail/sent-memory.ts'
import type { LogQuery } from './logql/read-log-query.ts'
import type { StreamResult } from './logql/result.ts'
import { streamRuns, type StreamEntry } from './logql/stream-entry.ts'

export interface LogTail {
  reading: Reading
  query: LogQuery
  tenant: string
  /** As it was asked: tails of one text poll together. */
  text: string
  /** Epoch ns of the past that is sent, and how many lines of it at most. */
  startNs: bigint
  limit: number
  /** Epoch ms: what arrives from then on is followed. */
  begunMs: number
  polling: Polling
  feed: ArrivalFeed
  sentMemory: SentMemory
  pollIntervalMs?: number
  signal: AbortSignal
}

/** Of the texts of the past; a line may have 1 MiB. */
const pastCharsMax = 16 * 1024 * 1024

/** The newest lines that arrived before the tail began and that the query lets through, oldest first. */
async function readPast(
  { reading, query, tenant, startNs, limit, begunMs }: LogTail,
  sentLines: SentLines,
): Promise<StreamResult[]> {
  const arrived = sql`received < ${milliseconds(begunMs)}`
  const { scope } = query.filter
  const filter: LineFilter = {
    tenant,
    ...query.filter,
    from: startNs,
    scope: scope === undefined ? arrived : sql`(${scope}) AND ${arrived}`,
  }
  const passed: StreamEntry[] = []
  let chars = 0
  for await (const lines of streamLines({ reading, filter, order: 'desc' })) {
    for (const line of lines)
      if (line.received >= begunMs - sentLines.overlapMs) sentLines.add({ received: line.received, key: keyOf(line) })
    for (const one of await query.entries(lines)) {
      passed.push(one)
      chars += one.entry.line.length
    }
    lines.length = 0
    if (passed.length >= limit || chars >= pastCharsMax) break
  }
  const newest = passed.toSorted((a, b) => Number(b.entry.tsNs - a.entry.tsNs)).slice(0, limit)
  return streamRuns(newest.toReversed())
}

export interface FollowedLog {
  lines: Line[]
  /** Lines before these that the client did not take in time. */
  dropped?: Dropped
}

/**
 * Lines as they arrive, before the pipeline of the query; none after a poll that held none. The past is sent by
 * `sendPast` before them.
 */
export async function* followLog(
  tail: LogTail,
  sendPast: (past: StreamResult[]) => Promise<void>,
): AsyncGenerator<FollowedLog> {
  const { reading, query, tenant, text, begunMs, polling, feed, sentMemory, pollIntervalMs = 500, signal } = tail
  const after = placeBefore(begunMs)
  using remembered = sentMemory.openOnce({ floor: after, hashes: [], count: 0 })
  const { sentLines } = remembered
  const filter: LineFilter = { tenant, ...query.filter }
  for await (const { arrivals, dropped } of follow({
    reading,
    feed,
    group: digest(['loki', tenant, text]),
    filter: () => Promise.resolve(filter),
    after,
    lateFrom: placeBefore(begunMs - sentLines.overlapMs),
    onReady: async () => sendPast(await readPast(tail, sentLines)),
    sentLines,
    pollIntervalMs,
    polling,
    signal,
  })) {
    for (const { line, received } of arrivals) sentLines.send({ received, key: keyOf(line) })
    yield { lines: arrivals.map(({ line }) => line), ...(dropped === undefined ? {} : { dropped }) }
  }
}
