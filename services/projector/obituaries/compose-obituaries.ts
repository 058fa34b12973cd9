// Composes obituaries from facts and lines: why pods died, the evidence, and their last words. They are plain JSON, so
// that they can be stored. Each request for one adds which pods died beside it and which replaced it
// (services/query/pods/read-neighbours.ts).
import { withArchivedWords } from '#shared/obituary/archived-obituary.ts'
import { renderObituary, type Obituary } from '#shared/obituary/obituary.ts'
import type { LifeError } from '#shared/obituary/death.ts'
import { fatalLife, readWords, type PodWithLines } from './read-last-words.ts'
import type { Reading } from '#shared/store-reading/reading.ts'

export interface ComposedObituary {
  obituary: Obituary
  /** Of lives that ended badly. */
  lastErrors: LifeError[]
}

/**
 * One for each pod, in their order; `alsoDied` is empty. `pods`: one batch of `inBatches`. `before`: earlier documents
 * by uid, which may have words of lines that have expired since.
 */
export async function composeObituaries(
  reading: Reading,
  tenant: string,
  pods: readonly PodWithLines[],
  before: ReadonlyMap<string, Obituary>,
): Promise<ComposedObituary[]> {
  const words = await readWords(reading, tenant, pods)
  return pods.map((pod, i) => {
    const archived = hasAllLines(pod) ? undefined : before.get(pod.facts.uid)
    const { lastErrors, ...fresh } = words[i]!
    const told = withArchivedWords(fresh, archived, fatalLife(pod))
    return { obituary: renderObituary({ ...pod, ...told, alsoDied: [] }), lastErrors }
  })
}

/** Whether every line that the pod counts was read just now: then no earlier document has words of expired lines. */
export const hasAllLines = ({ lines, rendered }: Pick<PodWithLines, 'lines' | 'rendered'>): boolean =>
  lines !== undefined && rendered.pod.linesExact && lines.length >= rendered.pod.lines
