// Pure: the time that expiry trusts. It follows the wall clock while that goes as fast as the monotonic clock does.
// Where the wall clock is ahead by more, trusted time goes on at the monotonic clock's pace, and follows once the wall
// clock has been ahead by the same for an hour. It is never ahead of the wall clock (decision 0011).

export interface TrustedTime {
  /** ms since 1970. */
  ms: number
  /** The wall clock is ahead by `byMs`, and has been for `forMs`. */
  ahead?: { byMs: number; forMs: number }
}

/** ms for which the wall clock must be ahead by the same before it is believed. */
export const confirmMs = 3_600_000
/** A store that was off for so long, or less, believes the wall clock at once. */
const restartMsMax = 15 * 60_000
/** The monotonic clock may jump too: one look adds no more than this. */
const elapsedMsMax = 60_000

/** `lastMs`: the newest time that the store knows; undefined where it has nothing that could expire. */
export function firstTrustedTime(lastMs: number | undefined, wallMs: number): TrustedTime {
  if (lastMs === undefined || wallMs - lastMs <= restartMsMax) return { ms: wallMs }
  return { ms: lastMs, ahead: { byMs: wallMs - lastMs, forMs: 0 } }
}

/** `sinceMs`: how long ago the time before was taken, by the monotonic clock. */
export function nextTrustedTime({ ms, ahead }: TrustedTime, wallMs: number, sinceMs: number): TrustedTime {
  const elapsedMs = Math.min(Math.max(sinceMs, 0), elapsedMsMax)
  const slackMs = 500 + elapsedMs / 10
  const expectedMs = ms + elapsedMs
  const byMs = wallMs - expectedMs
  if (byMs <= slackMs) return { ms: wallMs }
  const isAsBefore = ahead !== undefined && Math.abs(byMs - ahead.byMs) <= slackMs
  const forMs = isAsBefore ? ahead.forMs + elapsedMs : 0
  if (forMs >= confirmMs) return { ms: wallMs }
  return { ms: expectedMs, ahead: { byMs: isAsBefore ? ahead.byMs : byMs, forMs } }
}
