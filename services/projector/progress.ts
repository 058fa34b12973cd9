// Publishes up to which change records are written: to lists as `asOf`, to metrics, and to the store, where the next
// process reads its start (decision 0016).
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { ProjectionClock } from '#shared/projection-clock.ts'
import type { ChangeFeed } from './change-feed.ts'
import { settle, type Intake } from './intake.ts'
import type { LargePods } from './large-pods.ts'
import { changesJob, recordsJob, writeWatermarks } from '#shared/store-reading/job-watermarks.ts'
import type { ProjectorMetrics } from './metrics.ts'
import type { WorkQueue } from './work-queue.ts'

const storedEveryMs = 1000

export interface ProgressOptions {
  store: LogStore
  feed: ChangeFeed
  intake: Pick<Intake, 'linesTakenUntil'>
  queue: WorkQueue
  large: Pick<LargePods, 'oldest' | 'oldestNew' | 'size'>
  clock: ProjectionClock
  metrics: ProjectorMetrics
  /** Epoch ms from which this process goes on. */
  start: number
}

/** Publishes the progress. `feedReadAt`: epoch ms of the store's clock before the feed was read. */
export function createProgress({
  store,
  feed,
  intake,
  queue,
  large,
  clock,
  metrics,
  start,
}: ProgressOptions): (feedReadAt: number) => Promise<void> {
  let storedPosition = start
  let storedAt = -Infinity
  return async (feedReadAt) => {
    // Records have every change until the oldest one that waits, or failed and waits to be tried again, and the numbers
    // of lines of ended lives. Lines that settle for longer, and pods that are counted again, do not count.
    const soon = performance.now() + 2 * settle.ms
    const pending = Math.min(queue.oldest(soon, true) ?? Infinity, large.oldestNew() ?? Infinity)
    const reached = Math.min(feed.facts.isBehind ? feed.facts.position : feedReadAt, intake.linesTakenUntil)
    clock.advance(Math.min(reached, pending))
    metrics.backlog.set(queue.size + large.size)
    metrics.lag.set(Math.max(0, feedReadAt - Math.min(pending, feedReadAt)) / 1000)
    if (performance.now() - storedAt < storedEveryMs) return
    const isOfMany = store.mode === 'server'
    // Other processes read `asOf` from the store, and see by it that a projector runs, so it moves without changes too.
    // An embedded store has no other process.
    const begin = isOfMany ? reached : Math.min(feed.facts.position, reached)
    const position = Math.min(begin, queue.oldest() ?? Infinity, large.oldest() ?? Infinity)
    if (position <= storedPosition && !isOfMany) return
    await writeWatermarks(store, {
      [changesJob]: position,
      ...(isOfMany ? { [recordsJob]: Math.min(reached, pending) } : {}),
    })
    storedPosition = position
    storedAt = performance.now()
  }
}
