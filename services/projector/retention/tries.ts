// Pure: how often, and when, the preparation of an expired day is tried again. After a bounded number of tries, further
// and further apart, the day is dropped without it (decision 0011).
import type { BlockedDay } from '#shared/retention/blocked-day.ts'
import { AfterlogError } from '#shared/errors.ts'

/** ms from one try to the next. The try after the last pause is the last one: then the day is dropped as it is. */
const pausesMs = [5_000, 30_000, 180_000, 900_000, 3_600_000]
/** A full disk needs room at once. It gets a second try, since another day may have freed room by then. */
const triesOnFullDisk = 2

/** The state of a day after its preparation failed. `givesUp`: the day is not tried again. */
export function afterFailure(
  before: BlockedDay | undefined,
  error: unknown,
  nowMs: number,
): BlockedDay & { givesUp: boolean } {
  const reason = (error as Error).message
  const code = error instanceof AfterlogError ? error.code : undefined
  const tries = (before?.tries ?? 0) + 1
  // A store that cannot be reached cannot drop the day either, so this is no try of the day.
  if (code === 'store-unavailable') return { reason, tries: before?.tries ?? 0, nextTryMs: nowMs, givesUp: false }
  const givesUp = code === 'store-full' ? tries >= triesOnFullDisk : tries > pausesMs.length
  return { reason, tries, nextTryMs: code === 'store-full' ? nowMs : nowMs + (pausesMs[tries - 1] ?? 0), givesUp }
}

/** The state of a day that could not be dropped: the same pauses, and the longest one from then on. */
export function afterFailedDrop(before: BlockedDay | undefined, error: unknown, nowMs: number): BlockedDay {
  const tries = (before?.tries ?? 0) + 1
  const pauseMs = pausesMs[Math.min(tries, pausesMs.length) - 1]!
  return { reason: (error as Error).message, tries, nextTryMs: nowMs + pauseMs }
}

/** Whether its next try is still to come. A try that is further away than any pause is due: the clock has gone back. */
export const isWaiting = (blocked: BlockedDay | undefined, nowMs: number): boolean =>
  blocked !== undefined && blocked.nextTryMs > nowMs && blocked.nextTryMs <= nowMs + pausesMs.at(-1)!
