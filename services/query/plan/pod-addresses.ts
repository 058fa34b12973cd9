// Which pods had an address, and when. An address is used again by later pods, so it is a pod's from its start, or from when it was
// first told of where the pod had another one before, until the pod is over, gets another one, or another pod of the cluster has it.
// What was missed (a node that vanished with its pods) ends there too. An address of the host is shared by pods, and ends with each.
import { int, raw, sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import type { When } from './pod-handles.ts'

/** Rows: uid. Times of Kubernetes are whole seconds: two pods may have had it within the one in which it changed hands. */
export function heldAddresses(tenant: string, ips: readonly string[], { from, to }: When): Fragment {
  const of = sql`tenant = ${str(tenant)} AND kind IN ('ip', 'host-ip')`
  const ever = sql`SELECT uid FROM pod_handles WHERE ${of} AND value IN ${strs(ips)}`
  if (from === undefined && to === undefined) return ever
  const told = sql`SELECT kind, value, cluster, uid, min(first) AS told FROM pod_handles WHERE ${of} AND uid IN (${ever}) GROUP BY kind, value, cluster, uid`
  // Of one pod, addresses of one family follow each other.
  const turns = sql`SELECT *, row_number() OVER turn AS place, leadInFrame(told, 1, ${never}) OVER turn AS replaced FROM (${told})
    WINDOW turn AS (PARTITION BY uid, position(value, ':') > 0 ORDER BY told, value ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)`
  const pods = sql`SELECT uid, min(toUnixTimestamp64Nano(coalesce(started_at, created_at, status_at, toDateTime64(0, 9, 'UTC')))) AS born,
      if(max(gone = 1 OR deleted_at IS NOT NULL OR phase IN ('Succeeded', 'Failed')) = 1, max(toUnixTimestamp64Nano(ifNull(status_at, toDateTime64(0, 9, 'UTC')))) + 1000000000, ${never}) AS over
    FROM pods WHERE tenant = ${str(tenant)} AND uid IN (${ever}) GROUP BY uid`
  const held = sql`SELECT kind, value, cluster, uid, if(place = 1, least(born, told), told) AS begin, least(replaced, over) AS end
    FROM (${turns}) AS turns INNER JOIN (${pods}) AS pods USING (uid) WHERE value IN ${strs(ips)}`
  const apart = sql`SELECT *, if(kind = 'ip', leadInFrame(begin, 1, ${never}) OVER (PARTITION BY kind, cluster, value ORDER BY begin, uid ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), ${never}) AS taken
    FROM (${held})`
  const until = sql`least(end, if(taken = ${never}, taken, taken + 1000000000))`
  return sql`SELECT uid FROM (${apart}) WHERE 1${from === undefined ? raw('') : sql` AND ${until} > ${int(from)}`}${to === undefined ? raw('') : sql` AND begin < ${int(to)}`}`
}

const never = raw('9223372036854775807')
