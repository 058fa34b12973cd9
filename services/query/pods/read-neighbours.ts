// Pods that have to do with the end of another pod: those that died beside it, and the one that replaced it. Each
// answer takes two statements: handles by rank lead to the candidates, and the candidates' records decide.
import { int, sql, statement, str, uint } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import { secondsBetween } from '#shared/lifecycle/clock.ts'
import { epochNs } from '#shared/pod-model/epoch-ns.ts'
import { joined } from '#shared/pod-model/handles.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import type { ReplacedPod, ReplacementRow } from '#shared/pod-model/rows.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import type { AlsoDied } from '#shared/obituary/obituary.ts'
import { readRecords } from './read-records.ts'

/** How long before and after the death of the pod another pod's death is beside it. */
const nearbyNs = 300_000_000_000n
const nearbySeconds = 300
/** At most so many candidates of the node are read. */
const podsMax = 1000

/**
 * Pods that died on `node` within `nearbySeconds` of `at`, oldest first, without `uid` and without pods that completed.
 */
export async function readDiedBeside(
  reading: RowReading,
  tenant: string,
  { uid, cluster, node, at }: { uid: string; cluster: string; node: string; at: string | null },
): Promise<AlsoDied[]> {
  if (at === null || node === '') return []
  const rank = -epochNs(at)
  const rows = await reading.rows<{ uid: string }>(
    statement(
      'ended-nearby',
      sql`SELECT DISTINCT uid ${fromTable(tenant, 'pod_lookup')}
      AND kind = 'ended-on' AND value = ${str(joined(cluster, node))}
      AND rank >= ${int(rank - nearbyNs)} AND rank <= ${int(rank + nearbyNs)} AND uid != ${str(uid)}
      ORDER BY uid LIMIT ${uint(podsMax)}`,
    ),
  )
  const records = await readRecords(
    reading,
    tenant,
    rows.map((row) => row.uid),
  )
  return [...records.values()]
    .flatMap(({ ended, node: on, ...pod }) => {
      if (ended === null || ended.outcome === 'completed' || on !== node || pod.cluster !== cluster) return []
      if (Math.abs(secondsBetween(at, ended.at)) > nearbySeconds) return []
      const { namespace, name, reason } = pod
      return [{ namespace, name, uid: pod.uid, outcome: ended.outcome, reason, diedAt: ended.at, cause: ended.cause }]
    })
    .toSorted((a, b) => (a.diedAt < b.diedAt ? -1 : a.diedAt > b.diedAt ? 1 : a.uid < b.uid ? -1 : 1))
}

/**
 * The pod of the same owner that was created next after `replaced` began to end; null where there is none. Pods of a
 * StatefulSet or a Node are replaced under the same name, those of a DaemonSet on the same node.
 */
export async function readReplacement(
  reading: RowReading,
  tenant: string,
  replaced: ReplacedPod | undefined,
): Promise<ReplacementRow | null> {
  if (replaced === undefined) return null
  const { uid, cluster, namespace, name, node, ownerKind, ownerName, since } = replaced
  const under = replacedUnder(ownerKind)
  const place =
    under === 'name' ? sql` AND name = ${str(name)}` : under === 'node' ? sql` AND node = ${str(node)}` : sql``
  const second = epochNs(`${since.slice(0, 19)}.000000000Z`)
  const rows = await reading.rows<{ uid: string }>(
    statement(
      'created-next',
      sql`SELECT uid ${fromTable(tenant, 'pod_lookup')} AND kind = 'created-by'
      AND value = ${str(joined(cluster, namespace, `${ownerKind}/${ownerName}`))}
      AND rank <= ${int(-second)} AND uid != ${str(uid)} AND is_deleted = 0${place} ORDER BY rank DESC, uid LIMIT 10`,
    ),
  )
  const records = await readRecords(
    reading,
    tenant,
    rows.map((row) => row.uid),
  )
  const next = rows.map((row) => records.get(row.uid)).find((record) => record !== undefined && isOf(record, replaced))
  return next === undefined ? null : { uid: next.uid, name: next.name, node: next.node, startedAt: next.startedAt }
}

/** What a replacement has in common with the pod that it replaces, beside the owner. */
export const replacedUnder = (ownerKind: string): 'name' | 'node' | undefined =>
  ['StatefulSet', 'Node'].includes(ownerKind) ? 'name' : ownerKind === 'DaemonSet' ? 'node' : undefined

/** What `readReplacement` needs of a record; undefined for a pod that nothing replaces. */
export function replacedOf({
  uid,
  cluster,
  namespace,
  name,
  node,
  owner,
  replacedSince,
}: PodRecord): ReplacedPod | undefined {
  if (replacedSince === null) return undefined
  return { uid, cluster, namespace, name, node, ownerKind: owner.kind, ownerName: owner.name, since: replacedSince }
}

const isOf = ({ cluster, namespace, owner }: PodRecord, replaced: ReplacedPod): boolean =>
  cluster === replaced.cluster &&
  namespace === replaced.namespace &&
  owner.kind === replaced.ownerKind &&
  owner.name === replaced.ownerName
