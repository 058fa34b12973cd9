// Which pods a person may mean who has no whole uid at hand: by the first characters of a uid, by name, or by
// NAME.UIDPREFIX, as kubectl's lists call the older pods of a name. A uid as a static pod's log path has it counts like
// that of the API.
import { join, sql, str, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { resolvedLines, underApiUid } from './pod-sources.ts'

export interface ReferencedPod {
  uid: string
  namespace: string
  name: string
}

/** Fewer characters than these are no beginning of a uid. */
const uidPrefixMin = 6

/** At most `limit` of them, by name. Rows: ReferencedPod. */
export function referencedPods(tenant: string, reference: string, limit: number): Fragment {
  const dot = reference.lastIndexOf('.')
  const base = dot > 0 && dot < reference.length - 1 ? reference.slice(0, dot) : undefined
  const begins = (uid: Fragment, prefix: string): Fragment =>
    sql`(startsWith(pods_seen.uid, ${str(prefix)}) OR startsWith(${uid}, ${str(prefix)}))`
  const meant = (uid: Fragment): Fragment =>
    join(
      [
        sql`name = ${str(reference)}`,
        ...(reference.length < uidPrefixMin ? [] : [begins(uid, reference)]),
        ...(base === undefined ? [] : [sql`(name = ${str(base)} AND ${begins(uid, reference.slice(dot + 1))})`]),
      ],
      ' OR ',
    )
  const reported = underApiUid(
    tenant,
    'pods_seen.uid',
    (uid, tail) =>
      sql`SELECT ${uid} AS uid, toString(namespace) AS of_namespace, name AS of_name FROM pods_seen ${tail} AND tenant = ${str(tenant)} AND pods_seen.uid != '' AND (${meant(uid)})`,
  )
  const spoken = sql`SELECT resolved AS uid, toString(namespace) AS of_namespace, pod AS of_name FROM (${resolvedLines(tenant, sql`pod = ${str(reference)}`)})`
  return sql`SELECT uid, any(of_namespace) AS namespace, any(of_name) AS name FROM (${join([...reported, spoken], ' UNION ALL ')})
    GROUP BY uid ORDER BY namespace, name, uid LIMIT ${uint(limit)}`
}
