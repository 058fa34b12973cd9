// How far the projector has come: for lists, for metrics, and for the process that goes on where this one ends.
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { ProjectionClock } from '#shared/projection-clock.ts'
import type { ChangeFeed } from './change-feed.ts'
import { settle, type Intake } from './intake.ts'
import { recordsJob, writeWatermark } from '#shared/store-reading/job-watermarks.ts'
import type { ProjectorMetrics } from './metrics.ts'
import type { WorkQueue } from './work-queue.ts'

const storedEveryMs = 1000

export interface ProgressOptions {
  store: LogStore
  feed: ChangeFeed
  intake: Pick<Intake, 'linesTaken'>
  queue: WorkQueue
  clock: ProjectionClock
  metrics: ProjectorMetrics
  /** Epoch ms at which an earlier process ended. */
  start: number
}

/** `looked`: epoch ms of the store's clock before the feed was looked at. */
export function createProgress({
  store,
  feed,
  intake,
  queue,
  clock,
  metrics,
  start,
}: ProgressOptions): (looked: number) => Promise<void> {
  let stored = start
  let storedAt = -Infinity
  return async (looked) => {
    // Lists have everything that was stored until then, but for lines of large pods that still settle.
    const pending = queue.oldest(performance.now() + 2 * settle.ms)
    const reached = Math.min(feed.isBehind ? feed.position : looked, intake.linesTaken)
    clock.advance(Math.min(reached, pending ?? Infinity))
    metrics.backlog.set(queue.size)
    metrics.lag.set(Math.max(0, looked - (pending ?? looked)) / 1000)
    if (performance.now() - storedAt < storedEveryMs) return
    // Other processes read from it how far records are; alone, nobody asks while nothing changes.
    const position = Math.min(store.mode === 'server' ? reached : feed.position, queue.oldest() ?? Infinity)
    if (position <= stored) return
    await writeWatermark(store, recordsJob, position)
    stored = position
    storedAt = performance.now()
  }
}
