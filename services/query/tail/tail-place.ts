// The place of one tail, as its cursors have it.
import type { Cursor } from '#query/http/cursor.ts'
import { isBehind, laterOf, placeBefore, type ArrivalPlace } from './arrival-place.ts'
import type { SentLines } from './sent-lines.ts'
import type { SentMemory } from './sent-memory.ts'

export interface TailPlace extends Disposable {
  /** Epoch ms: the arrival from which the tail follows. */
  begun: number
  /** What arrived behind this place is read. Stored lines behind it that are sent before have to be remembered. */
  after: ArrivalPlace
  sentLines: SentLines
  /** For the cursor of the line that was sent last. */
  place(): Required<Pick<Cursor, 'after' | 'received' | 'sent'>>
}

/**
 * Of a tail that begins `now` (epoch ms), or that a client resumes `at` a cursor. One that sends stored lines first,
 * `isFromStored`, follows from a little before `now`: an insert may be under way while it reads them.
 */
export function openTailPlace({
  memory,
  at,
  now,
  isFromStored,
}: {
  memory: SentMemory
  at: Cursor | undefined
  now: number
  isFromStored: boolean
}): TailPlace {
  const begun = at?.followFrom ?? now
  const floor = at?.received === undefined ? placeBefore(begun) : { received: at.received, key: at.after }
  const { tail = '', hashes = [], count = 0 } = at?.sent ?? {}
  const begin = isFromStored && at === undefined ? placeBefore(begun - memory.overlapMs) : undefined
  const remembered = memory.open({ floor, hashes, count }, { tail, begin })
  const { id, sentLines, knownFrom } = remembered
  return {
    begun,
    after:
      knownFrom === undefined
        ? (begin ?? floor)
        : laterOf(knownFrom, placeBefore(floor.received - sentLines.overlapMs)),
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

/** Of lines that arrived before the tail began, no more than these: reading so many takes longer than an insert. */
const storedMax = 50_000

/** Remembers of the stored lines that a tail sends those that it would find again. */
export function rememberStored({ begun, after, sentLines }: TailPlace): (place: ArrivalPlace) => void {
  let count = 0
  return (place) => {
    if (!isBehind(place, after)) return
    if (place.received < begun && ++count > storedMax) return sentLines.raiseBegin(placeBefore(begun))
    sentLines.sendStored(place)
  }
}
