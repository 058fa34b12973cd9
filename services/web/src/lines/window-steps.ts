// Pure: where a window of lines goes on. Pages that were let go are read again from the time of the line beside them, of
// which lines are there already.
import type { Line } from '../api/types.ts'
import { after } from '../time/after.ts'
import { lineKey } from './line-key.ts'

/** The request that was made, and the cursor behind it. */
export interface Step {
  order: 'asc' | 'desc'
  /** Lines of this time and later (asc), or before it (desc). */
  at?: string
  cursor?: string
  /** Keys of lines that the window has: several lines may have one time. */
  known?: readonly string[]
}

/** Oldest first. */
export function olderThan(lines: readonly Line[]): Step | undefined {
  const time = lines[0]?.time
  return time === undefined ? undefined : { order: 'desc', at: after(time), known: keysAt(lines, time) }
}

export function newerThan(lines: readonly Line[]): Step | undefined {
  const time = lines.at(-1)?.time
  return time === undefined ? undefined : { order: 'asc', at: time, known: keysAt(lines, time) }
}

const keysAt = (lines: readonly Line[], time: string): string[] =>
  lines.filter((line) => line.time === time).map(lineKey)

export const withoutKnown = (lines: Line[], { known }: Step): Line[] =>
  known === undefined ? lines : lines.filter((line) => !known.includes(lineKey(line)))
