// Pure: how often an expired day is tried, and when. What fails is tried a bounded number of times, further and further apart; then the day
// is dropped without it.
import type { BlockedDay } from '#shared/retention/blocked-day.ts'
import { AfterlogError } from '#shared/errors.ts'

/** Between one try and the next, in ms. After the last of them the day is dropped as it is. */
const pausesMs = [5_000, 30_000, 180_000, 900_000, 3_600_000]
/** On a full disk room is needed now: one more try, since another day may have made room meanwhile. */
const triesOnFullDisk = 2

/** What becomes of a day after a failure; `givesUp`: no further try. */
export function afterFailure(before: BlockedDay | undefined, error: unknown, nowMs: number): BlockedDay & { givesUp: boolean } {
  const reason = (error as Error).message
  const code = error instanceof AfterlogError ? error.code : undefined
  const tries = (before?.tries ?? 0) + 1
  // A store that is away can drop nothing either: that says nothing of the day.
  if (code === 'store-unavailable') return { reason, tries: before?.tries ?? 0, nextTryMs: nowMs, givesUp: false }
  const givesUp = code === 'store-full' ? tries >= triesOnFullDisk : tries > pausesMs.length
  return { reason, tries, nextTryMs: code === 'store-full' ? nowMs : nowMs + (pausesMs[tries - 1] ?? 0), givesUp }
}

/** After a drop that failed: the same pauses, the longest again and again. */
export function afterFailedDrop(before: BlockedDay | undefined, error: unknown, nowMs: number): BlockedDay {
  const tries = (before?.tries ?? 0) + 1
  const pauseMs = pausesMs[Math.min(tries, pausesMs.length) - 1]!
  return { reason: (error as Error).message, tries, nextTryMs: nowMs + pauseMs }
}
