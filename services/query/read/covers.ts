// What the lines of pods cover of their files, and what dead letters may explain: the evidence of their seals.
import { losses } from '#query/plan/losses.ts'
import { lifeStretches } from '#query/plan/stretches.ts'
import type { PodFacts } from '#shared/pod-model/pod.ts'
import { boundsOf, ownersOf } from './line-owners.ts'
import type { RowReading } from './reading.ts'
import { spansOf, stretchesInTime } from './timed-lives.ts'
import type { LossRow, StretchRow } from '#shared/pod-model/rows.ts'

const podsAtOnce = 400

/** Adds `stretches` to counted pods. With `linesMax` those with the most lines are left out, so that the others have no more than so many. */
export async function readCovers(
  { rows }: RowReading,
  tenant: string,
  pods: readonly PodFacts[],
  linesMax = Infinity,
): Promise<PodFacts[]> {
  const looked = withinLines(pods, linesMax)
  const covered = new Map<PodFacts, PodFacts>()
  for (let from = 0; from < looked.length; from += podsAtOnce) {
    const some = looked.slice(from, from + podsAtOnce)
    const bounds = boundsOf(some)
    const stretches = ownersOf(
      bounds === undefined ? [] : await rows<StretchRow>(lifeStretches(tenant, bounds, [...spansOf(some).keys()])),
    )
    for (const pod of some) covered.set(pod, { ...pod, stretches: stretchesInTime(pod, stretches(pod)) })
  }
  return pods.map((pod) => covered.get(pod) ?? pod)
}

/** Adds `losses` where there are stretches. */
export async function withLosses({ rows }: RowReading, tenant: string, pods: readonly PodFacts[]): Promise<PodFacts[]> {
  if (pods.every(({ stretches = [] }) => stretches.length === 0)) return [...pods]
  const holed = pods.filter(({ stretches = [] }) => stretches.some(({ from }) => from > 0))
  const letters = await rows<LossRow>(losses(tenant, boundsOf(holed)?.uids ?? []))
  return pods.map((pod) => (pod.stretches === undefined ? pod : { ...pod, losses: letters }))
}

function withinLines(pods: readonly PodFacts[], linesMax: number): PodFacts[] {
  const sized = pods.map((pod) => ({ pod, lines: pod.counts.reduce((sum, { lines }) => sum + Number(lines), 0) }))
  let rest = linesMax
  return sized.toSorted((a, b) => a.lines - b.lines).flatMap(({ pod, lines }) => ((rest -= lines) >= 0 ? [pod] : []))
}
