// The place of one tail, as its cursors have it.
import type { Cursor } from '#query/http/cursor.ts'
import { laterOf, placeBefore, type ArrivalPlace } from './arrival-place.ts'
import type { SentLines } from './sent-lines.ts'
import type { SentMemory } from './sent-memory.ts'

export interface TailPlace extends Disposable {
  /** Epoch ms: the arrival from which the tail follows. */
  begun: number
  /** What arrived behind this place is read. */
  after: ArrivalPlace
  sentLines: SentLines
  /** For the cursor of the line that was sent last. */
  place(): Required<Pick<Cursor, 'after' | 'received' | 'sent'>>
}

/** Of a tail that begins `now` (epoch ms), or that a client resumes `at` a cursor. */
export function openTailPlace({
  memory,
  at,
  now,
}: {
  memory: SentMemory
  at: Cursor | undefined
  now: number
}): TailPlace {
  const begun = at?.followFrom ?? now
  const floor = at?.received === undefined ? placeBefore(begun) : { received: at.received, key: at.after }
  const { tail = '', hashes = [], count = 0 } = at?.sent ?? {}
  const remembered = memory.open({ floor, hashes, count }, tail)
  const { id, sentLines, knownFrom } = remembered
  return {
    begun,
    after: knownFrom === undefined ? floor : laterOf(knownFrom, placeBefore(floor.received - sentLines.overlapMs)),
    sentLines,
    place() {
      const sent = sentLines.place()
      return {
        after: sent.floor.key,
        received: sent.floor.received,
        sent: { tail: id, hashes: sent.hashes, count: sent.count },
      }
    },
    [Symbol.dispose]: () => remembered[Symbol.dispose](),
  }
}
