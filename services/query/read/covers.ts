// What the lines of pods cover of their files, and what dead letters may explain: the evidence of their seals. Two statements for many pods.
import { losses, type LossRow } from '#query/plan/losses.ts'
import { lifeStretches, type StretchRow } from '#query/plan/stretches.ts'
import type { PodFacts } from '#query/render/pod.ts'
import { boundsOf, ownersOf } from './line-owners.ts'
import type { Reading } from './reading.ts'

/** Adds `stretches` and `losses` to counted pods. With `linesMax` those with the most lines are left out, so that the others have no more than so many. */
export type CoverReader = (tenant: string, pods: readonly PodFacts[], linesMax?: number) => Promise<PodFacts[]>

const podsAtOnce = 400

export function createCoverReader({ reading: { rows } }: { reading: Pick<Reading, 'rows'> }): CoverReader {
  return async (tenant, pods, linesMax = Infinity) => {
    const looked = withinLines(pods, linesMax)
    const covered = new Map<PodFacts, PodFacts>()
    for (let from = 0; from < looked.length; from += podsAtOnce) {
      const some = looked.slice(from, from + podsAtOnce)
      const bounds = boundsOf(some)
      const stretches = ownersOf(bounds === undefined ? [] : await rows<StretchRow>(lifeStretches(tenant, bounds)))
      const holed = some.filter((pod) => stretches(pod).some(({ from: start }) => start > 0))
      const letters = bounds === undefined ? [] : await rows<LossRow>(losses(tenant, boundsOf(holed)?.uids ?? []))
      for (const pod of some) covered.set(pod, { ...pod, stretches: stretches(pod), losses: letters })
    }
    return pods.map((pod) => covered.get(pod) ?? pod)
  }
}

function withinLines(pods: readonly PodFacts[], linesMax: number): PodFacts[] {
  const sized = pods.map((pod) => ({ pod, lines: pod.counts.reduce((sum, { lines }) => sum + Number(lines), 0) }))
  let rest = linesMax
  return sized.toSorted((a, b) => a.lines - b.lines).flatMap(({ pod, lines }) => ((rest -= lines) >= 0 ? [pod] : []))
}
