// The one reader of arrivals of a process, for all tails and followed logs: the store cannot push. A round lists the parts
// that were written since the last one and reads their rows once, with the filters of all readers in one statement, which
// says for each line whom it is for. What a part is read for is what has become visible since, so no clock decides what
// is new. In a cluster, where parts of replicas differ, a round reads the batches of an overlap that are unread.
import { setTimeout as wait } from 'node:timers/promises'
import { createWaking } from '#query/http/watch-waking.ts'
import { inBackground } from '#shared/clickhouse/background-lane.ts'
import type { LogStore, QueryLimits } from '#shared/clickhouse/store.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import type { ArrivalPlace } from './arrival-place.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import type { Reader } from './read-matched.ts'
import { createArrivalReader } from './read-arrivals.ts'
import { createLineBuffers, type Dropped, type FedArrival, type LineBuffer, type LineBuffers } from './line-buffer.ts'

export interface FeedPart {
  /** In order of arrival. */
  arrivals: FedArrival[]
  dropped: Dropped | undefined
}

export interface FeedReader extends Disposable {
  /** Resolves once all that becomes visible from then on comes; what is visible by then does not. */
  ready(): Promise<void>
  /** From now on, lines of this filter, but for those that are visible already. */
  follow(filter: LineFilter): void
  /** What has come, or comes within `ms`; else undefined. Rejects where the store refuses the filter or is away. */
  next(ms: number, signal: AbortSignal): Promise<FeedPart | undefined>
}

export interface ArrivalFeed {
  /** All lines of `filter` that become visible from now on; `after`: lines that arrived before are not wanted. */
  open(filter: LineFilter, after: ArrivalPlace): FeedReader
  /** ms between the arrival of the oldest line of the last round and its end. */
  readonly lagMs: number
}

export interface ArrivalFeedOptions {
  store: LogStore
  /** Of each statement. */
  limits: QueryLimits
  /** Epoch ms. */
  clock: () => number
  intervalMs?: number
  /** In a cluster: ms for which an insert may become visible after a later one. */
  overlapMs?: number
  buffers?: LineBuffers
  /** Called after each round, with its lag in s, and with lines that were dropped. */
  onRound?: (lagSeconds: number) => void
  onDropped?: (lines: number) => void
}

/** Rounds that fail one after the other before the readers fail. */
const failuresMax = 3

interface OpenReader extends FeedReader, Reader {}

export function createArrivalFeed(options: ArrivalFeedOptions): ArrivalFeed {
  const { store, limits, clock, intervalMs = 250, overlapMs = 30_000, onRound, onDropped } = options
  const { buffers = createLineBuffers() } = options
  const readers = new Set<OpenReader>()
  let running: { begun: Promise<void> } | undefined
  let lagMs = 0

  async function run(begun: PromiseWithResolvers<void>): Promise<void> {
    const reading = createReading({ store: inBackground(store), limits })
    const arrivals = createArrivalReader({ reading, isCluster: store.cluster !== undefined, overlapMs })
    try {
      await arrivals.begin()
      begun.resolve()
    } catch (error) {
      begun.reject(error)
      for (const reader of readers) reader.fail(error)
      return wait(intervalMs, undefined, { ref: false })
    }
    let failures = 0
    while (readers.size > 0) {
      const beganMs = performance.now()
      try {
        const oldest = await arrivals.round(() => [...readers])
        lagMs = oldest === undefined ? 0 : Math.max(0, clock() - oldest)
        onRound?.(lagMs / 1000)
        failures = 0
      } catch (error) {
        failures += 1
        if (failures >= failuresMax) for (const reader of readers) reader.fail(error)
      }
      const tookMs = performance.now() - beganMs
      // Others get their turn also where rounds take long; these get larger, and cost less for each line.
      await wait(Math.max(intervalMs - tookMs, tookMs / 4), undefined, { ref: false })
    }
    lagMs = 0
    onRound?.(0)
  }
  function start(): { begun: Promise<void> } {
    if (running !== undefined) return running
    const begun = Promise.withResolvers<void>()
    begun.promise.catch(() => undefined)
    running = { begun: begun.promise }
    void run(begun).finally(() => {
      running = undefined
      if (readers.size > 0) start()
    })
    return running
  }

  return {
    get lagMs() {
      return lagMs
    },
    open(filter, after) {
      const reader = openReader({
        filter,
        after,
        buffer: buffers.open(),
        ready: () => start().begun,
        onDropped,
        onEnd: () => void readers.delete(reader),
      })
      readers.add(reader)
      start()
      return reader
    },
  }
}

interface OpenReaderOptions {
  onDropped: ArrivalFeedOptions['onDropped'] | undefined
  filter: LineFilter
  after: ArrivalPlace
  buffer: LineBuffer
  ready: () => Promise<void>
  onEnd: () => void
}

function openReader({ filter: first, after, buffer, ready, onDropped, onEnd }: OpenReaderOptions): OpenReader {
  let filter = first
  let failure: unknown
  const waking = createWaking()
  return {
    get filter() {
      return filter
    },
    after,
    ready,
    follow(next) {
      filter = next
    },
    push(arrivals) {
      buffer.push(arrivals)
      waking.wake()
    },
    fail(error) {
      failure = error
      waking.wake()
    },
    async next(ms, signal) {
      if (failure === undefined && buffer.size === 0 && !signal.aborted) await waking.asleep(ms, signal)
      if (failure !== undefined) throw failure as Error
      const part = buffer.take()
      if (part?.dropped !== undefined) onDropped?.(part.dropped.count)
      return part
    },
    [Symbol.dispose]() {
      onEnd()
      buffer[Symbol.dispose]()
    },
  }
}
