// The pods that came in the place of dead ones.
import { replacements, type ReplacedPod, type ReplacementRow } from '#query/plan/replacements.ts'
import type { Reading } from './reading.ts'

/** By uid of the dead pod. */
export async function readReplacements(
  { rows }: Pick<Reading, 'rows'>,
  tenant: string,
  dead: readonly ReplacedPod[],
): Promise<Map<string, ReplacementRow>> {
  if (dead.length === 0) return new Map()
  const found = await rows<ReplacementRow & { replaced: string }>(replacements(tenant, dead))
  return new Map(found.map(({ replaced, uid, name, node, startedAt }) => [replaced, { uid, name, node, startedAt }]))
}
