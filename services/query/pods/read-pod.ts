// One pod, projected inside the request, so that the answer has every fact that was acknowledged before it (decision
// 0016). Numbers of lines come from the record, and lines are counted again only where the record is stale.
import { project, type ProjectedPod } from '#projector/project.ts'
import { replaceable } from '#shared/pod-model/death-scene.ts'
import type { PodDossier } from '#shared/pod-model/dossier.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { readReplacement } from './read-neighbours.ts'

/** Up to so many lines of a running life are checked for gaps, which takes some hundredths of a second. */
const checkedLinesMax = 20_000

export type PodView = ProjectedPod & PodDossier

/**
 * undefined where no fact and no line of the pod is stored, or its record is frozen. `uid`: of the pod or of its log
 * path, or unresolved:….
 */
export async function readPod(reading: RowReading, tenant: string, uid: string): Promise<PodView | undefined> {
  if (uid === '') return undefined
  const { pods } = await project(reading, tenant, [uid], { reuseCounts: true, checkedLinesMax })
  const [pod] = pods
  if (pod === undefined) return undefined
  const replacement = await readReplacement(
    reading,
    tenant,
    replaceable(pod.rendered, pod.facts.row?.deletedAt ?? null),
  )
  return { ...pod, replacement }
}
