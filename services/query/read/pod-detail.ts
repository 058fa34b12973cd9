// All that is known of one pod, as GET /v1/pods/{uid} shows it.
import { apiUid, podMaps, replacementOf, type PodObjectRow, type ReplacementRow } from '#query/plan/pod-details.ts'
import { renderPodDetail, type PodDetailJson } from '#query/render/pod-detail.ts'
import { renderPod, type PodFacts, type RenderedPod } from '#query/render/pod.ts'
import { createPodReader, type PodReader } from './pods.ts'
import type { Reading } from './reading.ts'

/** Undefined where nobody told of the pod. */
export async function readPodDetail(reading: Reading, tenant: string, given: string): Promise<PodDetailJson | undefined> {
  const reader = createPodReader({ reading })
  const [facts] = await reader.covered(tenant, await reader.counted(tenant, await factsOf(reading, reader, tenant, given)))
  return facts === undefined || !anythingTold(facts) ? undefined : detailOf(reading, tenant, facts)
}

/** Of a pod whose facts are read and whose lines are counted. */
export async function detailOf(reading: Reading, tenant: string, facts: PodFacts): Promise<PodDetailJson> {
  const { uid } = facts
  const rendered = renderPod(facts)
  const [maps, replacement] = await Promise.all([
    reading.rows<PodObjectRow>(podMaps(tenant, uid)),
    nextOf(reading, tenant, facts, rendered),
  ])
  return renderPodDetail({ rendered, facts, maps: maps[0] ?? { labels: {}, annotations: {} }, replacement })
}

// No index leads from the uid of a log path to that of the API: asked for only where the uid is not the API's.
async function factsOf(reading: Reading, reader: PodReader, tenant: string, given: string): Promise<PodFacts[]> {
  const facts = await reader.facts(tenant, [given])
  if (facts[0]!.row !== null) return facts
  const [known] = await reading.rows<{ uid: string }>(apiUid(tenant, given))
  return known === undefined ? facts : reader.facts(tenant, [known.uid])
}

const anythingTold = ({ row, lives, events, lines }: PodFacts): boolean =>
  row !== null || lives.length > 0 || events.length > 0 || lines.length > 0

// A controller replaces a pod when its end begins, which may be before its containers have finished.
async function nextOf(
  reading: Reading,
  tenant: string,
  { row }: PodFacts,
  { verdict }: RenderedPod,
): Promise<ReplacementRow | null> {
  if (row === null || row.ownerKind === '' || !verdict.over) return null
  const times = [verdict.endAt, verdict.diedAt, row.deletedAt].filter((time) => time !== null).toSorted()
  if (times[0] === undefined) return null
  const [next] = await reading.rows<ReplacementRow>(replacementOf(tenant, row, times[0]))
  return next ?? null
}
