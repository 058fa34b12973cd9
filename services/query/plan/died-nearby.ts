// Pods that may have died on a node within some minutes of a time: what their outcomes are computed for next. Two steps, since the pods that
// were there are found in a small table, and then lead to their few lives: a scan of a million lives by node and time cost 200 ms of CPU.
import { bind, sql, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'

/** Minutes before and after. */
export const nearbyMinutes = 5
/** Pods of the node that are looked at. */
const podsMax = 1000

export interface Nearby {
  cluster: string
  node: string
  at: string
  /** The pod itself. */
  except: string
}

/** Pods that were on the node at the time; `ended` is 1 where the pod itself says that it ended then. Rows: { uid, ended }. */
export function podsNearby(tenant: string, { cluster, node, at, except }: Nearby): Fragment {
  const { from, to } = around(at)
  return sql`SELECT uid, max(ended) AS ended FROM (
    SELECT uid, ifNull(deleted_at BETWEEN ${from} AND ${to}, false) OR (status_at <= ${to} AND (gone = 1 OR phase IN ${strs(['Failed', 'Succeeded'])})) AS ended
    FROM pods WHERE tenant = ${str(tenant)} AND cluster = ${str(cluster)} AND node = ${str(node)} AND created_at <= ${to} AND status_at >= ${from}
  ) WHERE uid != ${str(except)} GROUP BY uid ORDER BY uid LIMIT ${uint(podsMax)}`
}

/** Those of the pods of which a container ended then. Rows: { uid }. */
export function endedNearby(tenant: string, uids: readonly string[], at: string): Fragment {
  const { from, to } = around(at)
  return sql`SELECT DISTINCT pod_uid AS uid FROM lives WHERE tenant = ${str(tenant)} AND pod_uid IN ${strs(uids)} AND finished_at BETWEEN ${from} AND ${to}`
}

function around(at: string): { from: Fragment; to: Fragment } {
  const time = bind("DateTime64(9, 'UTC')", at.replace('T', ' ').replace('Z', ''))
  const minutes = uint(nearbyMinutes)
  return { from: sql`${time} - INTERVAL ${minutes} MINUTE`, to: sql`${time} + INTERVAL ${minutes} MINUTE` }
}
