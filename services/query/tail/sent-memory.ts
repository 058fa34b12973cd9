// What the tails of this process have sent, for clients that come back to it. A tail that has ended is remembered for a
// while, within a bound of memory.
import { randomBytes } from 'node:crypto'
import type { RememberedLines, SentLines } from './sent-lines.ts'

export interface SentMemory {
  /** Remembers a tail under an id. It counts as ended once it is disposed. */
  join(sentLines: SentLines): { id: string } & Disposable
  /** The first `count` lines that a tail sent; undefined where it is not remembered. */
  find(id: string, count: number): RememberedLines | undefined
}

/** For all tails together that have ended: a line takes some 50 bytes. */
const linesMax = 1_000_000
const endedMsMax = 600_000

/** `clock`: ms since some time. */
export function createSentMemory(clock: () => number): SentMemory {
  const open = new Map<string, SentLines>()
  /** The first ended first. */
  const ended = new Map<string, { sentLines: SentLines; atMs: number }>()
  const forget = (): void => {
    let lines = ended.values().reduce((sum, { sentLines }) => sum + sentLines.size, 0)
    for (const [id, { sentLines, atMs }] of ended) {
      if (lines <= linesMax && clock() - atMs < endedMsMax) return
      ended.delete(id)
      lines -= sentLines.size
    }
  }
  return {
    join(sentLines) {
      const id = randomBytes(9).toString('base64url')
      open.set(id, sentLines)
      return {
        id,
        [Symbol.dispose]() {
          open.delete(id)
          ended.set(id, { sentLines, atMs: clock() })
          forget()
        },
      }
    },
    find: (id, count) => (open.get(id) ?? ended.get(id)?.sentLines)?.remembered(count),
  }
}
