// The pods that came in the place of dead ones.
import { replacements, siblings, someSiblings } from '#query/plan/replacements.ts'
import { sql, strs } from '#shared/clickhouse/sql.ts'
import type { RowReading } from './reading.ts'
import type { ReplacedPod, ReplacementRow } from '#shared/pod-model/rows.ts'

/** Siblings that are named in the statement: of most dead pods there are none, and it is not asked. */
const fewMax = 400

/** By uid of the dead pod. */
export async function readReplacements(
  { rows }: RowReading,
  tenant: string,
  dead: readonly ReplacedPod[],
): Promise<Map<string, ReplacementRow>> {
  if (dead.length === 0) return new Map()
  const some = await rows<{ uid: string }>(someSiblings(tenant, dead, fewMax + 1))
  if (some.length === 0) return new Map()
  const among = some.length > fewMax ? siblings(tenant, dead) : sql`${strs(some.map(({ uid }) => uid))}`
  const found = await rows<ReplacementRow & { replaced: string }>(replacements(tenant, dead, among))
  return new Map(found.map(({ replaced, uid, name, node, startedAt }) => [replaced, { uid, name, node, startedAt }]))
}
