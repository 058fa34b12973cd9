// Pure: which parts of the store are still to be read. An insert makes a part, which has only its rows; a merge makes one
// of rows that may have been read before. A part that was gone when its rows had been read may have been merged before:
// it counts as unread, and its rows are found in the other part.
import type { ListedPart } from './feed-statements.ts'

export interface UnreadParts<T> {
  /** Names that the next list must have where they are active: parts that are read, but not known to have been there. */
  readonly unsure: readonly string[]
  /**
   * The parts of a new list that are unread, and what was read of those that were still there afterwards. `nowMs`: by
   * the monotonic clock.
   */
  look(listed: readonly ListedPart[], nowMs: number): { unread: ListedPart[]; read: T[] }
  /** A part was read for sure: lines of it were. */
  read(name: string, nowMs: number): void
  /** A part was read, if it was still there. */
  done(name: string, result: T): void
}

/** ms for which the name of a part is remembered. Lists are of parts that were written lately. */
const rememberedMs = 1_800_000

export function createUnreadParts<T>(): UnreadParts<T> {
  const known = new Map<string, number>()
  const unsure = new Map<string, T>()
  return {
    get unsure() {
      return [...unsure.keys()]
    },
    look(listed, nowMs) {
      const read: T[] = []
      for (const { name } of listed) {
        const result = unsure.get(name)
        if (result !== undefined) {
          read.push(result)
          known.set(name, nowMs)
        }
      }
      unsure.clear()
      const unread = listed.filter(({ name }) => !known.has(name))
      for (const { name } of listed) if (known.delete(name)) known.set(name, nowMs)
      for (const [name, atMs] of known) {
        if (nowMs - atMs < rememberedMs) break
        known.delete(name)
      }
      return { unread, read }
    },
    read(name, nowMs) {
      known.set(name, nowMs)
    },
    done(name, result) {
      unsure.set(name, result)
    },
  }
}
