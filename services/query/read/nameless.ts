// Whose lines are that came without a pod uid: of the pod whose container said them, or of one that only its name tells of.
import { containerOwners, type NamelessRow } from '#query/plan/nameless.ts'
import { alwaysNew, type SeenRow } from '#query/plan/pods.ts'
import type { Fragment } from '#shared/clickhouse/sql.ts'
import type { Reading } from './reading.ts'

/** `lines`: rows of plan/nameless.ts namelessRows; in their order. */
export async function readNameless({ rows }: Pick<Reading, 'rows'>, tenant: string, lines: Fragment): Promise<SeenRow[]> {
  const nameless = await rows<NamelessRow>(lines)
  const ids = [...new Set(nameless.map(({ containerId }) => containerId))].filter((id) => id !== '')
  const owners = ids.length === 0 ? [] : await rows<{ containerId: string; uid: string }>(containerOwners(tenant, ids))
  const ownerOf = new Map(owners.map(({ containerId, uid }) => [containerId, uid]))
  return nameless.map(({ uid, containerId, begun, seen }) => ({
    uid: ownerOf.get(containerId) ?? uid,
    spoke: 1,
    begun,
    seen,
    toldAt: alwaysNew,
  }))
}
