// Pure: groups stretches into files.
import { compare } from '#shared/compare.ts'
import type { Stretch } from '#shared/pod-model/rows.ts'
import type { SealEvidence } from './evidence.ts'
import { laterEnd } from './stream-end.ts'

export interface LogFile {
  name: string
  /** In the order of their offsets. No two of them touch. */
  stretches: readonly Stretch[]
}

/** Returns files in the order in which they were begun. Stretches without offsets belong to no file. */
export function filesOf({ stretches, heads = [] }: Pick<SealEvidence, 'stretches' | 'heads'>): LogFile[] {
  const placed = stretches.filter(({ from }) => from >= 0)
  const named = new Map(
    [...Map.groupBy(placed, ({ file }) => file)].map(([name, ofOne]) => [
      name,
      joined(ofOne.toSorted((a, b) => a.from - b.from)),
    ]),
  )
  for (const name of heads) joinRenamed(named, name)
  return (
    [...named]
      .map(([name, ofOne]) => ({ name, stretches: ofOne }))
      // Of two files that began at once, the one that ended first comes first. Names only make the order definite.
      .toSorted(
        ({ name, stretches: a }, { name: other, stretches: b }) =>
          compare(a[0]!.firstAt, b[0]!.firstAt) || compare(a.at(-1)!.lastAt, b.at(-1)!.lastAt) || compare(name, other),
      )
  )
}

/**
 * Joins a file to the one whose lines it goes on from, where its first line came and counts under another name: an
 * import sends a whole file again, and lines that are stored already keep the name that they had.
 */
function joinRenamed(files: Map<string, Stretch[]>, name: string): void {
  const own = files.get(name)
  if (own === undefined || own[0]!.from === 0) return
  const others = [...files].filter(
    ([other, stretches]) => other !== name && stretches.some(({ to }) => to === own[0]!.from),
  )
  if (others.length !== 1) return
  const [other, stretches] = others[0]!
  files.set(other, joined([...stretches, ...own].toSorted((a, b) => a.from - b.from)))
  files.delete(name)
}

// Lines that came under two names of the cluster, or of the container id, form stretches of their own that may touch.
function joined(stretches: readonly Stretch[]): Stretch[] {
  const result: Stretch[] = []
  for (const next of stretches) {
    const last = result.at(-1)
    if (last === undefined || next.from > last.to) result.push(next)
    else result[result.length - 1] = together(last, next)
  }
  return result
}

function together(last: Stretch, next: Stretch): Stretch {
  const [end, inner] = next.to >= last.to ? [next, last] : [last, next]
  const sum = (of: (stretch: Stretch) => number): number => of(last) + of(next)
  return {
    ...last,
    to: end.to,
    lastAt: end.lastAt,
    earliest: compare(last.earliest, next.earliest) <= 0 ? last.earliest : next.earliest,
    places: sum(({ places }) => places),
    ended: end.ended,
    endsInside: sum(({ endsInside }) => endsInside) + Number(inner.ended),
    unmeasured: sum(({ unmeasured }) => unmeasured),
    clashes: sum(({ clashes }) => clashes),
    overlaps: sum(({ overlaps }) => overlaps) + Number(next.from < last.to),
    stdoutEnd: laterEnd(last.stdoutEnd, next.stdoutEnd),
    stderrEnd: laterEnd(last.stderrEnd, next.stderrEnd),
  }
}
