// What the tails of this process have sent, for themselves and for clients that come back to them. A tail that has
// ended is remembered for a while. All of it together is within a bound of memory, however many tails there are.
import { randomBytes } from 'node:crypto'
import type { ArrivalPlace } from './arrival-place.ts'
import { createSentLines, type SentLines, type SentPlace } from './sent-lines.ts'

export interface RememberedTail extends Disposable {
  id: string
  sentLines: SentLines
  /** Of a tail that goes on from one that is remembered: all that was sent behind this place is known. */
  knownFrom: ArrivalPlace | undefined
}

export interface SentMemory {
  /**
   * Remembers a new tail, which goes on from another where `tail` is remembered. It ends once it is disposed. `begin`: see
   * SentLinesOptions.
   */
  open(place: SentPlace, options?: { tail?: string; begin?: ArrivalPlace | undefined }): RememberedTail
  /** The same for a tail to which no client can come back: it is forgotten once it is disposed. */
  openOnce(place: SentPlace): RememberedTail
  /** Forgets what ended long ago. Opening and ending a tail does so too. */
  forgetOld(): void
  /** ms for which an insert may become visible after a later one. */
  readonly overlapMs: number
}

/** A tail takes as much memory as so many lines, besides those that it remembers. */
const linesOfTail = 100
const endedMsMax = 600_000

export interface SentMemoryOptions {
  /** ms since some time. */
  clock: () => number
  /** ms that the rows of a post wait for others before they are inserted. */
  flushIntervalMs?: number | undefined
  /** Of all tails together; a line takes some 50 bytes. */
  linesMax?: number
}

/** ms that decoding and inserting the rows of a post may take, so that no tail misses them. */
const insertedWithinMs = 30_000

export function createSentMemory({ clock, flushIntervalMs = 0, linesMax = 2_000_000 }: SentMemoryOptions): SentMemory {
  const overlapMs = flushIntervalMs + insertedWithinMs
  const open = new Map<string, SentLines>()
  /** The first ended first. */
  const ended = new Map<string, { sentLines: SentLines; atMs: number }>()
  let lines = 0

  function forgetEnded(id: string, { size }: SentLines): void {
    ended.delete(id)
    lines -= size + linesOfTail
  }
  function forgetOld(): void {
    for (const [id, { sentLines, atMs }] of ended) {
      if (clock() - atMs < endedMsMax) return
      forgetEnded(id, sentLines)
    }
  }
  /** Tails that have ended are forgotten first, and then the first lines of those that remember the most. */
  function makeRoom(): void {
    for (const [id, { sentLines }] of ended) {
      if (lines <= linesMax) return
      forgetEnded(id, sentLines)
    }
    while (lines > linesMax && open.size > 0) {
      const before = lines
      const [first, ...others] = open.values()
      others.reduce((most, each) => (each.size > most.size ? each : most), first!).forget()
      // It has begun a page, and forgets the one before when room is needed the next time.
      if (lines === before) return
    }
  }
  function changed(by: number): void {
    lines += by
    if (by > 0 && lines > linesMax) makeRoom()
  }

  function openTail(
    place: SentPlace,
    { tail = '', begin }: { tail?: string; begin?: ArrivalPlace | undefined },
    isRemembered: boolean,
  ): RememberedTail {
    forgetOld()
    const before = (open.get(tail) ?? ended.get(tail)?.sentLines)?.remembered(place.count)
    const id = randomBytes(9).toString('base64url')
    const sentLines = createSentLines(place, { before, overlapMs, begin, changed })
    open.set(id, sentLines)
    changed(linesOfTail)
    return {
      id,
      sentLines,
      knownFrom: before && sentLines.begin,
      [Symbol.dispose]() {
        open.delete(id)
        ended.set(id, { sentLines, atMs: clock() })
        if (!isRemembered) return forgetEnded(id, sentLines)
        forgetOld()
      },
    }
  }
  return {
    open: (place, options = {}) => openTail(place, options, true),
    openOnce: (place) => openTail(place, {}, false),
    forgetOld,
    overlapMs,
  }
}
