// Obituaries, composed from facts and lines: why pods died, on which evidence, what they said last, what died beside them, what came after.
// Plain JSON, so that it can be kept.
import { secondsBetween } from '#shared/lifecycle/clock.ts'
import { endedNearby, nearbyMinutes } from '#query/plan/died-nearby.ts'
import { renderObituary, type AlsoDied, type Obituary } from '#query/render/obituary.ts'
import { renderPod, type PodJson } from '#shared/pod-model/pod.ts'
import { asAlsoDied, endedOf, type Ended } from '#query/render/summary.ts'
import { keptPodsOf } from './kept-pods.ts'
import { readWords } from './last-words.ts'
import { readDossier, type PodDossier } from './pod-dossier.ts'
import { createPodReader } from './pods.ts'
import type { Reading } from './reading.ts'

/** undefined where nobody ever told of the pod. `uid`: in any form that names one. */
export async function composeObituary(reading: Reading, tenant: string, uid: string): Promise<Obituary | undefined> {
  const dossier = await readDossier(reading, tenant, uid)
  if (dossier === undefined) return undefined
  const { pod } = dossier.rendered
  const [[obituary], alsoDied] = await Promise.all([
    composeObituaries(reading, tenant, [dossier]),
    diedBeside(reading, tenant, pod, endedOf(dossier.rendered)?.at ?? null),
  ])
  return { ...obituary!, alsoDied }
}

/** One for each, in their order, without what died beside them: of a node that takes hundreds of pods along, each would be looked at for each. */
export async function composeObituaries(reading: Reading, tenant: string, pods: readonly PodDossier[]): Promise<Obituary[]> {
  const words = await readWords(reading, tenant, pods)
  return pods.map((pod, i) => renderObituary({ ...pod, ...words[i]!, alsoDied: [] }))
}

/** Completed pods are left out: they ended as they were meant to. */
export async function diedBeside(
  reading: Reading,
  tenant: string,
  { uid, cluster, node }: Pick<PodJson, 'uid' | 'cluster' | 'node'>,
  at: string | null,
): Promise<AlsoDied[]> {
  if (at === null || node === '') return []
  const there = await reading.rows<{ uid: string }>(endedNearby(tenant, { cluster, node, at, except: uid }))
  const ends = await readEnds(
    reading,
    tenant,
    there.map((pod) => pod.uid),
  )
  return ends
    .flatMap(({ pod, ended }) => {
      if (ended === null || ended.outcome === 'completed' || Math.abs(secondsBetween(at, ended.at)) > nearbyMinutes * 60)
        return []
      return [asAlsoDied(pod, ended)]
    })
    .toSorted((a, b) => (a.diedAt < b.diedAt ? -1 : a.diedAt > b.diedAt ? 1 : a.uid < b.uid ? -1 : 1))
}

async function readEnds(
  reading: Reading,
  tenant: string,
  uids: readonly string[],
): Promise<{ pod: PodJson; ended: Ended | null }[]> {
  if (uids.length === 0) return []
  const kept = await keptPodsOf(reading, tenant, uids)
  const found = await createPodReader({ reading }).facts(
    tenant,
    uids.filter((uid) => !kept.has(uid)),
  )
  const looked = found.map(renderPod).map((rendered) => ({ pod: rendered.pod, ended: endedOf(rendered) }))
  return [...kept.values(), ...looked]
}
