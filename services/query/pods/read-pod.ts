// One pod with all that is known of it. Its facts are read and projected at once, so that an answer has what was acknowledged before it; its lines
// were counted for its record, and are counted again only where that is stale.
import { project, type ProjectedPod } from '#projector/project.ts'
import { replaceable } from '#shared/pod-model/death-scene.ts'
import type { PodDossier } from '#shared/pod-model/dossier.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { readReplacement } from './read-neighbours.ts'

/** Lines of running lives that an answer looks through for gaps: some hundredths of a second. */
const checkedLinesMax = 20_000

export type PodView = ProjectedPod & PodDossier

/** undefined where nothing is reported of the pod any more, or ever was. `uid`: in any form that names one. */
export async function readPod(reading: RowReading, tenant: string, uid: string): Promise<PodView | undefined> {
  if (uid === '') return undefined
  const { pods } = await project(reading, tenant, [uid], { keepCounts: true, checkedLinesMax })
  const [pod] = pods
  if (pod === undefined) return undefined
  const replacement = await readReplacement(reading, tenant, replaceable(pod.rendered, pod.facts.row?.deletedAt ?? null))
  return { ...pod, replacement }
}
