// All that is known of pods: facts and counts, what their nodes and the kernel said around their ends, their objects, and the pods that
// replaced them. GET /v1/pods/{uid} and the obituary show it. Few statements, however many pods.
import { apiUid, podMaps } from '#query/plan/pod-details.ts'
import { replaceable, sceneKey, type DeathScene, type SceneKey } from '#shared/pod-model/death-scene.ts'
import { renderPod, type PodFacts, type RenderedPod } from '#shared/pod-model/pod.ts'
import { readScenes } from './death-scenes.ts'
import { createPodReader } from './pods.ts'
import type { RowReading } from './reading.ts'
import { readReplacements } from './replacements.ts'
import type { PodObjectRow, ReplacementRow } from '#shared/pod-model/rows.ts'

export interface PodDossier {
  facts: PodFacts
  rendered: RenderedPod
  maps: PodObjectRow
  replacement: ReplacementRow | null
  scene: { key: SceneKey; seen: DeathScene }
}

/** undefined where nobody ever told of the pod. `uid`: in any form that names one. */
export async function readDossier(reading: RowReading, tenant: string, uid: string): Promise<PodDossier | undefined> {
  // What came without a uid is no pod's.
  if (uid === '') return undefined
  const facts = await factsOf(reading, tenant, uid)
  return anythingTold(facts) ? (await readDossiers(reading, tenant, [facts]))[0] : undefined
}

/** One for each, in their order. `pods`: without counts. */
export async function readDossiers(reading: RowReading, tenant: string, pods: readonly PodFacts[]): Promise<PodDossier[]> {
  const reader = createPodReader({ reading })
  const keys = pods.map(sceneKey)
  const uids = pods.map(({ uid }) => uid)
  const [counted, scenes, maps] = await Promise.all([
    reader.sealed(tenant, pods, { sizes: true }),
    readScenes(reading, tenant, keys),
    reading.rows<PodObjectRow & { uid: string }>(podMaps(tenant, uids)),
  ])
  const mapsOf = new Map(maps.map(({ uid, labels, annotations, object }) => [uid, { labels, annotations, object }]))
  const known = counted.map((facts, i) => {
    const whole: PodFacts = { ...facts, ...scenes[i]! }
    return { facts: whole, rendered: renderPod(whole) }
  })
  const dead = known.flatMap(({ facts, rendered }) => replaceable(rendered, facts.row?.deletedAt ?? null) ?? [])
  const next = await readReplacements(reading, tenant, dead)
  return known.map(({ facts, rendered }, i) => ({
    facts,
    rendered,
    maps: mapsOf.get(facts.uid) ?? { labels: {}, annotations: {}, object: '{}' },
    replacement: next.get(facts.uid) ?? null,
    scene: { key: keys[i]!, seen: scenes[i]! },
  }))
}

// No index leads from the uid of a log path to that of the API: asked for only where the uid is not the API's.
async function factsOf(reading: RowReading, tenant: string, uid: string): Promise<PodFacts> {
  const reader = createPodReader({ reading })
  const [facts] = (await reader.facts(tenant, [uid])) as [PodFacts]
  if (facts.row !== null) return facts
  const [known] = await reading.rows<{ uid: string }>(apiUid(tenant, uid))
  return known === undefined ? facts : ((await reader.facts(tenant, [known.uid])) as [PodFacts])[0]
}

export const anythingTold = ({ row, lives, events, lines }: PodFacts): boolean =>
  row !== null || lives.length > 0 || events.length > 0 || lines.length > 0
