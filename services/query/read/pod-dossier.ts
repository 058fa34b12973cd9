// All that is known of one pod: its facts and counts, what its node and the kernel said around its end, its object, and the pod that
// replaced it. GET /v1/pods/{uid} and the obituary show it.
import type { NodeEvidence, OomLine } from '#shared/lifecycle/evidence.ts'
import { readKernelOom } from '#shared/lifecycle/kernel-oom.ts'
import { kernelOomLines, nodeStates, type KernelLineRow } from '#query/plan/death-scene.ts'
import { apiUid, podMaps, replacementOf, type PodObjectRow, type ReplacementRow } from '#query/plan/pod-details.ts'
import { renderPod, type PodFacts, type RenderedPod } from '#query/render/pod.ts'
import { createPodReader, type PodReader } from './pods.ts'
import type { Reading } from './reading.ts'

export interface PodDossier {
  facts: PodFacts
  rendered: RenderedPod
  maps: PodObjectRow
  replacement: ReplacementRow | null
}

/** undefined where nobody ever told of the pod. `uid`: in any form that names one. */
export async function readDossier(reading: Pick<Reading, 'rows'>, tenant: string, uid: string): Promise<PodDossier | undefined> {
  const reader = createPodReader({ reading })
  const told = await factsOf(reading, reader, tenant, uid)
  if (!anythingTold(told)) return undefined
  const counting = reader.counted(tenant, [told], { sizes: true })
  const [counted, scene, maps] = await Promise.all([
    counting.then((facts) => reader.covered(tenant, facts)),
    readScene(reading, tenant, told),
    reading.rows<PodObjectRow>(podMaps(tenant, told.uid)),
  ])
  const facts = { ...told, ...counted[0], ...scene }
  const rendered = renderPod(facts)
  const replacement = await nextOf(reading, tenant, facts, rendered)
  return { facts, rendered, maps: maps[0] ?? { labels: {}, annotations: {}, object: '{}' }, replacement }
}

// No index leads from the uid of a log path to that of the API: asked for only where the uid is not the API's.
async function factsOf({ rows }: Pick<Reading, 'rows'>, reader: PodReader, tenant: string, uid: string): Promise<PodFacts> {
  const [facts] = (await reader.facts(tenant, [uid])) as [PodFacts]
  if (facts.row !== null) return facts
  const [known] = await rows<{ uid: string }>(apiUid(tenant, uid))
  return known === undefined ? facts : ((await reader.facts(tenant, [known.uid])) as [PodFacts])[0]
}

const anythingTold = ({ row, lives, events, lines }: PodFacts): boolean =>
  row !== null || lives.length > 0 || events.length > 0 || lines.length > 0

/** Ends of containers around which the kernel's log is looked at. */
const endsMax = 10

async function readScene(
  { rows }: Pick<Reading, 'rows'>,
  tenant: string,
  facts: PodFacts,
): Promise<Required<Pick<PodFacts, 'node' | 'oomLines'>>> {
  const { pod, verdict } = renderPod(facts)
  const ends = facts.lives
    .flatMap(({ finishedAt }) => finishedAt ?? [])
    .toSorted()
    .slice(-endsMax)
  const containerIds = [...new Set(facts.lives.map(({ containerId }) => containerId))]
  const lines = kernelOomLines(tenant, { podUid: facts.row?.mirrorUid || facts.uid, containerIds, ends })
  const until = verdict.over ? (verdict.endAt ?? verdict.diedAt) : null
  const [states, told] = await Promise.all([
    pod.node === '' ? [] : rows<NodeEvidence>(nodeStates(tenant, { cluster: pod.cluster, node: pod.node, until })),
    lines === undefined ? [] : rows<KernelLineRow>(lines),
  ])
  const oomLines = told.flatMap(({ time, message }): OomLine[] => {
    const oom = readKernelOom(message)
    return oom === undefined ? [] : [{ ...oom, time, text: message }]
  })
  return { node: states.toReversed(), oomLines }
}

// A controller replaces a pod when its end begins, which may be before its containers have finished.
async function nextOf(
  reading: Pick<Reading, 'rows'>,
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
