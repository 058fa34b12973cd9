/** A wall clock that is set back by up to this many ms stands still instead. */
const heldMsMax = 3_600_000

/**
 * Tells when a post arrives, in ms since 1970. Lines of one time are in the order of their arrival, and tails go by it,
 * so it does not go back where a clock is put right by up to an hour. One that was further ahead was wrong by so much
 * that its time must not last.
 */
export function createArrivalClock(clock: () => number): () => number {
  let last = -Infinity
  return () => {
    const now = clock()
    if (now >= last || last - now > heldMsMax) last = now
    return last
  }
}
