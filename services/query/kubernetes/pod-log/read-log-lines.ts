// Reads the lines of a container's log as the kubelet reads a log file. Where a client follows the log, reads what
// arrives until the life is over.
import { nameOfStatement } from '#shared/clickhouse/sql.ts'
import { rowsFrom, type LineFilter } from '#shared/lines/line-filter.ts'
import { compareKeys, type LineKey } from '#shared/lines/line-order.ts'
import type { Polling } from '#query/http/watch-polling.ts'
import { placeBefore } from '#query/tail/arrival-place.ts'
import { createHeldFragments, follow } from '#query/tail/follow-lines.ts'
import type { ArrivalFeed } from '#query/tail/follow-arrivals.ts'
import type { SentMemory } from '#query/tail/sent-memory.ts'
import { streamPodLines, type PodLinesOptions } from '#shared/store-reading/pod-lines.ts'
import { keyOf, type Line } from '#shared/lines/row-decoder.ts'

export interface LogOptions extends Omit<PodLinesOptions, 'order' | 'after' | 'filter'> {
  filter: LineFilter
  /** Only the last n lines, whatever their time. */
  tailLines: number | undefined
}

/** Lines in order, some thousand at a time. */
export async function* logLines({ tailLines, ...options }: LogOptions): AsyncGenerator<Line[]> {
  if (tailLines === undefined) yield* streamPodLines({ ...options, order: 'asc' })
  else yield* lastLines(options, tailLines)
}

/** The last lines are held in memory up to so many bytes of messages; more of them are read twice. */
const heldBytesMax = 8 * 1024 * 1024

async function* lastLines(options: Omit<LogOptions, 'tailLines'>, count: number): AsyncGenerator<Line[]> {
  if (count === 0) return
  let held: Line[][] = []
  let bytes = 0
  let lineCount = 0
  let before: LineKey | undefined
  for await (const part of streamPodLines({ ...options, order: 'desc' })) {
    const lastOfPart = part.slice(0, count - lineCount)
    lineCount += lastOfPart.length
    for (const { message } of lastOfPart) bytes += message.length
    if (bytes <= heldBytesMax) held.push(lastOfPart)
    else held = []
    if (lastOfPart.length < part.length) {
      before = keyOf(part[lastOfPart.length]!)
      break
    }
  }
  if (bytes <= heldBytesMax)
    for (const part of held.toReversed()) {
      part.reverse()
      yield part
    }
  else yield* streamPodLines({ ...options, order: 'asc', ...(before === undefined ? {} : { after: before }) })
}

export interface FollowedLogOptions extends LogOptions {
  /** Epoch ms. */
  nowMs: number
  pollIntervalMs: number
  polling: Polling
  sentMemory: SentMemory
  feed: ArrivalFeed
  /** When the life ended, epoch ms, 0 where no fact says when; undefined while the life may say more. */
  endedAt: () => Promise<number | undefined>
  signal: AbortSignal
}

/** An insert may become visible after a later one began: the first poll reads arrivals from so long before. */
const lateMs = 10_000
/** How long after the end of a life its last lines may arrive: agents send in batches. */
const stragglersMs = 60_000
/** The log ends after so many polls without a line once the life is over. */
const quietPollsMax = 10
/** Every so many polls, the end of the life is read again. */
const pollsPerEndRead = 4

export async function* followedLines(options: FollowedLogOptions): AsyncGenerator<Line[]> {
  const { reading, filter, nowMs, pollIntervalMs, polling, sentMemory, feed, endedAt, signal, tailLines } = options
  const held = createHeldFragments()
  const since = nowMs - lateMs
  const after = placeBefore(since)
  using remembered = sentMemory.openOnce({ floor: after, hashes: [], count: 0 })
  const { sentLines } = remembered
  let first: bigint | undefined
  let ended = await endedAt()
  const isOver = ended !== undefined && ended < nowMs - stragglersMs
  for await (const part of logLines(options)) {
    first ??= part[0]?.ts
    // The fragments among the last arrivals come once more below, or their line does.
    const lines = isOver ? part : part.filter(({ partial, received }) => !partial || received < since)
    for (const line of lines) if (line.received >= since) sentLines.add({ received: line.received, key: keyOf(line) })
    if (lines !== part) part.length = 0
    yield lines
  }
  if (isOver) return
  // A line that was stored before the request and is not among the last n is left out.
  const isNew = ({ received, ts }: Line): boolean =>
    received >= nowMs || tailLines === undefined || (first !== undefined && ts >= first)
  const { from: _, to: __, ...unbounded } = filter
  let quietPolls = 0
  let polls = 0
  for await (const { arrivals } of follow({
    reading,
    feed,
    group: nameOfStatement(rowsFrom(unbounded)),
    filter: () => Promise.resolve(unbounded),
    after,
    sentLines,
    held,
    dropsNone: true,
    pollIntervalMs,
    polling,
    signal,
  })) {
    const lines = arrivals
      .map(({ line }) => line)
      .filter(isNew)
      .toSorted(inFileOrder)
    if (lines.length > 0) yield lines
    quietPolls = lines.length > 0 || held.size > 0 || ended === undefined ? 0 : quietPolls + 1
    if (ended === undefined && ++polls % pollsPerEndRead === 0) ended = await endedAt()
    if (quietPolls >= quietPollsMax) return
  }
}

const inFileOrder = (a: Line, b: Line): number => compareKeys(keyOf(a), keyOf(b))
