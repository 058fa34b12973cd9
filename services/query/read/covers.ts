// What the lines of pods cover of their files, and what dead letters may explain: the evidence of their seals.
import { losses, uidsMax, type LossRow } from '#query/plan/losses.ts'
import { lifeStretches, type StretchRow } from '#query/plan/stretches.ts'
import type { PodFacts } from '#query/render/pod.ts'
import { boundsOf, ownersOf } from './line-owners.ts'
import type { Reading } from './reading.ts'

const podsAtOnce = 400

/** Adds `stretches` to counted pods. With `linesMax` those with the most lines are left out, so that the others have no more than so many. */
export async function readCovers(
  { rows }: Pick<Reading, 'rows'>,
  tenant: string,
  pods: readonly PodFacts[],
  linesMax = Infinity,
): Promise<PodFacts[]> {
  const looked = withinLines(pods, linesMax)
  const covered = new Map<PodFacts, PodFacts>()
  for (let from = 0; from < looked.length; from += podsAtOnce) {
    const some = looked.slice(from, from + podsAtOnce)
    const bounds = boundsOf(some)
    const stretches = ownersOf(bounds === undefined ? [] : await rows<StretchRow>(lifeStretches(tenant, bounds)))
    for (const pod of some) covered.set(pod, { ...pod, stretches: stretches(pod) })
  }
  return pods.map((pod) => covered.get(pod) ?? pod)
}

/** Adds `losses` to `pods` once they have stretches, where they have some; of few they are asked for beside them. */
export async function withLosses(
  { rows }: Pick<Reading, 'rows'>,
  tenant: string,
  pods: readonly PodFacts[],
  covering: Promise<PodFacts[]>,
): Promise<PodFacts[]> {
  const ask = (uids: readonly string[]): Promise<LossRow[]> => rows<LossRow>(losses(tenant, uids))
  const bounds = boundsOf(pods)
  const few = bounds !== undefined && bounds.uids.length <= uidsMax
  const [covered, early] = await Promise.all([covering, few ? ask(bounds.uids) : undefined])
  if (covered.every(({ stretches = [] }) => stretches.length === 0)) return covered
  const holed = covered.filter(({ stretches = [] }) => stretches.some(({ from }) => from > 0))
  const letters = early ?? (await ask(boundsOf(holed)?.uids ?? []))
  return covered.map((pod) => (pod.stretches === undefined ? pod : { ...pod, losses: letters }))
}

function withinLines(pods: readonly PodFacts[], linesMax: number): PodFacts[] {
  const sized = pods.map((pod) => ({ pod, lines: pod.counts.reduce((sum, { lines }) => sum + Number(lines), 0) }))
  let rest = linesMax
  return sized.toSorted((a, b) => a.lines - b.lines).flatMap(({ pod, lines }) => ((rest -= lines) >= 0 ? [pod] : []))
}
