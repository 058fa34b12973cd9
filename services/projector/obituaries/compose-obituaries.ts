// Composes obituaries from facts and lines: why pods died, the evidence, and their last words. They are plain JSON, so
// that they can be stored. Each request for one adds which pods died beside it and which replaced it
// (services/query/pods/read-neighbours.ts).
import { renderObituary, type Obituary } from '#shared/obituary/obituary.ts'
import { readWords, type PodWithLines } from './read-last-words.ts'
import type { Reading } from '#shared/store-reading/reading.ts'

/** One for each pod, in their order; `alsoDied` is empty. `pods`: one batch of `inBatches`. */
export async function composeObituaries(
  reading: Reading,
  tenant: string,
  pods: readonly PodWithLines[],
): Promise<Obituary[]> {
  const words = await readWords(reading, tenant, pods)
  return pods.map((pod, i) => renderObituary({ ...pod, ...words[i]!, alsoDied: [] }))
}
