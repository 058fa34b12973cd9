// Pure: stretches as files.
import type { Stretch } from './evidence.ts'

export interface LogFile {
  name: string
  /** In the order of their places, no two of which touch. */
  stretches: readonly Stretch[]
}

/** Files in the order in which they were begun. Stretches without offsets belong to none. */
export function filesOf(stretches: readonly Stretch[]): LogFile[] {
  const placed = stretches.filter(({ from }) => from >= 0)
  return [...Map.groupBy(placed, ({ file }) => file)]
    .map(([name, ofOne]) => ({ name, stretches: ofOne.toSorted((a, b) => a.from - b.from) }))
    .toSorted((a, b) => compare(a.stretches[0]!.firstAt, b.stretches[0]!.firstAt))
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
