// Reads the identity of one pod: which uids, container ids and names its lines have.
import { identityOf, type PodIdentity } from '#shared/stored-pods/pod-identity.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { loadFacts } from './load-facts.ts'

/** undefined where no fact and no line of the pod is stored. `uid`: of the pod or of its log path, or unresolved:…. */
export async function resolvePod(reading: RowReading, tenant: string, uid: string): Promise<PodIdentity | undefined> {
  if (uid === '') return undefined
  const { pods } = await loadFacts(reading, tenant, [uid])
  const [pod] = pods
  return pod === undefined ? undefined : identityOf(pod.facts, pod.otherPodsContainerIds)
}
