// Pure: stretches as files.
import { compare } from '#shared/compare.ts'
import type { Stretch } from './evidence.ts'

export interface LogFile {
  name: string
  /** In the order of their places, no two of which touch. */
  stretches: readonly Stretch[]
}

/** Files in the order in which they were begun. Stretches without offsets belong to none. */
export function filesOf(stretches: readonly Stretch[]): LogFile[] {
  const placed = stretches.filter(({ from }) => from >= 0)
  return (
    [...Map.groupBy(placed, ({ file }) => file)]
      .map(([name, ofOne]) => ({ name, stretches: ofOne.toSorted((a, b) => a.from - b.from) }))
      // Of two that began at once, the one that ended first was there first; names only keep the answer the same, whoever asks.
      .toSorted(
        ({ name, stretches: a }, { name: other, stretches: b }) =>
          compare(a[0]!.firstAt, b[0]!.firstAt) || compare(a.at(-1)!.lastAt, b.at(-1)!.lastAt) || compare(name, other),
      )
  )
}
