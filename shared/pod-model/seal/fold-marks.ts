// Pure: marks among the stretches of a life. A mark is no line: it says up to where a file was written. Where lines are
// stored up to there it says nothing new, as when the agent was killed between its post and its state.
import { compare } from '#shared/compare.ts'
import type { Stretch } from '#shared/pod-model/rows.ts'

/** Of lines, no stretch is empty whose lengths are known. */
export const isMark = ({ from, to, unmeasured }: Stretch): boolean => from >= 0 && from === to && unmeasured === 0

/** By files and places; a mark behind the line that begins there. */
export const byPlace = (a: Stretch, b: Stretch): number =>
  compare(a.file, b.file) || a.from - b.from || Number(isMark(a)) - Number(isMark(b)) || compare(a.earliest, b.earliest)

/** Leaves out marks that say nothing new. `stretches`: by place, each line in one. */
export function foldMarks<T extends Stretch>(stretches: readonly T[]): T[] {
  const result: T[] = []
  for (const stretch of stretches) {
    const last = result.at(-1)
    const isKnown = last?.file === stretch.file && last.from >= 0 && stretch.from <= last.to
    if (!isKnown || !isMark(stretch)) result.push(stretch)
    // The first time that came for the life may be that of the mark.
    else if (stretch.earliest < last.earliest) result[result.length - 1] = { ...last, earliest: stretch.earliest }
  }
  return result
}
