// Obituaries, composed from facts and lines: why pods died, on which evidence, what they said last. Plain JSON, so that it can be stored. What died
// beside a pod and what replaced it is looked up when it is asked for (services/query/pods/read-neighbours.ts).
import { renderObituary, type Obituary } from '#shared/obituary/obituary.ts'
import { readWords, type SpokenPod } from './read-last-words.ts'
import type { Reading } from '#shared/store-reading/reading.ts'

/** One for each, in their order. */
export async function composeObituaries(reading: Reading, tenant: string, pods: readonly SpokenPod[]): Promise<Obituary[]> {
  const words = await readWords(reading, tenant, pods)
  return pods.map((pod, i) => renderObituary({ ...pod, ...words[i]!, alsoDied: [] }))
}
