// Finds a pod by whatever names it and says which lines are its own.
import { identityOf, type PodIdentity } from '#shared/stored-pods/pod-identity.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { loadFacts } from './load-facts.ts'

/** The pod, or undefined where nothing is reported of it and no line of it is stored. `uid`: in any form that names one. */
export async function resolvePod(reading: RowReading, tenant: string, uid: string): Promise<PodIdentity | undefined> {
  if (uid === '') return undefined
  const { pods } = await loadFacts(reading, tenant, [uid])
  const [pod] = pods
  return pod === undefined ? undefined : identityOf(pod.facts, pod.ledElsewhere)
}
