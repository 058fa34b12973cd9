// Which pods came in the place of others.
import { bind, raw, sql, str, strs, uint, type Bound, type Fragment } from '#shared/clickhouse/sql.ts'
import type { ReplacedPod } from '#shared/pod-model/rows.ts'

/** Pods of such owners that were born since one of them may have been replaced. Rows: uid. */
export function siblings(tenant: string, pods: readonly ReplacedPod[]): Fragment {
  const any = (value: (pod: ReplacedPod) => string): Bound => strs([...new Set(pods.map(value))])
  const [earliest] = pods.map(({ since }) => second(since)).toSorted()
  return sql`SELECT DISTINCT uid FROM pod_births WHERE tenant = ${str(tenant)} AND cluster IN ${any(({ cluster }) => cluster)} AND namespace IN ${any(({ namespace }) => namespace)}
    AND owner IN ${any(({ ownerKind, ownerName }) => `${ownerKind}/${ownerName}`)} AND created_at >= ${bind("DateTime('UTC')", earliest)}`
}

/** At most `limit` of them. */
export const someSiblings = (tenant: string, pods: readonly ReplacedPod[], limit: number): Fragment =>
  sql`${siblings(tenant, pods)} LIMIT ${uint(limit)}`

/**
 * The pod of the same owner that was born next, at `since` or later; of a StatefulSet, a Node or a DaemonSet, whose pods have places of their own,
 * in the same place. `among`: siblings. Rows: ReplacementRow, and whom it replaced as `replaced`; none for a pod that nothing replaced.
 */
export function replacements(tenant: string, pods: readonly ReplacedPod[], among: Fragment): Fragment {
  const all = (value: (pod: ReplacedPod) => string): Bound => strs(pods.map(value))
  const dead = sql`SELECT arrayJoin(arrayZip(${all(({ uid }) => uid)}, ${all(({ cluster }) => cluster)}, ${all(({ namespace }) => namespace)}, ${all(({ ownerKind }) => ownerKind)}, ${all(({ ownerName }) => ownerName)},
      ${all(({ name }) => name)}, ${all(({ node }) => node)}, ${bind(
        "Array(DateTime('UTC'))",
        pods.map(({ since }) => second(since)),
      )})) AS d`
  // Of an owner of ten thousand pods few were born since: their objects are read by uid.
  const born = sql`SELECT uid, name, node, cluster, namespace, owner_kind, owner_name, created_at, ifNull(started_at, created_at) AS started
    FROM pods FINAL PREWHERE tenant = ${str(tenant)} AND uid IN (${among})`
  const first = (column: string, as: string): string => `argMin(born.${column}, (assumeNotNull(created_at), born.uid)) AS ${as}`
  return sql`SELECT dead.uid AS replaced, ${raw([first('uid', 'uid'), first('name', 'name'), first('node', 'node'), first('started', 'startedAt')].join(', '))}
  FROM (${born}) AS born INNER JOIN (SELECT d.1 AS uid, d.2 AS cluster, d.3 AS namespace, d.4 AS kind, d.5 AS owner, d.6 AS name, d.7 AS node, d.8 AS since FROM (${dead})) AS dead
    ON born.cluster = dead.cluster AND born.namespace = dead.namespace AND born.owner_kind = dead.kind AND born.owner_name = dead.owner
  WHERE born.created_at >= dead.since AND born.uid != dead.uid
    AND multiIf(dead.kind IN ('StatefulSet', 'Node'), born.name = dead.name, dead.kind = 'DaemonSet', born.node = dead.node, true)
  GROUP BY replaced`
}

const second = (since: string): string => `${since.slice(0, 10)} ${since.slice(11, 19)}`
