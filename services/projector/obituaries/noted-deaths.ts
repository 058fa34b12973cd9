// Pure: since which revision of its record each death of a pod is known. A death keeps the first one however often its
// pod is projected again, so that whoever follows deaths gets each once.
import type { Death } from '#shared/obituary/death.ts'
import type { NotedRow } from '#shared/obituary/obituary-documents.ts'

type Name = Pick<Death, 'container' | 'restart' | 'container_id'>

/** Revisions as decimal text, in the order of `deaths`; 0 of deaths that are older than these revisions. */
export function notedOf(deaths: readonly Name[], before: NotedRow | undefined, revision: string): string[] {
  const known = new Map(before?.names.map((name, i) => [JSON.stringify(name), before.noted[i] ?? '0']))
  return deaths.map(
    (death) => known.get(JSON.stringify([death.container, death.restart, death.container_id])) ?? revision,
  )
}
