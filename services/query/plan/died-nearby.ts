// Pods that may have died on a node within some minutes of a time: what their outcomes are computed for next. Both tables are scanned by
// node and time, which are small columns.
import { bind, sql, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'

/** Minutes before and after. */
export const nearbyMinutes = 5
/** Pods whose outcome is looked at. */
const candidatesMax = 200

export interface Nearby {
  cluster: string
  node: string
  at: string
  /** The pod itself. */
  except: string
}

/** Rows: { uid }. */
export function diedNearby(tenant: string, { cluster, node, at, except }: Nearby): Fragment {
  const time = bind("DateTime64(9, 'UTC')", at.replace('T', ' ').replace('Z', ''))
  const from = sql`${time} - INTERVAL ${uint(nearbyMinutes)} MINUTE`
  const to = sql`${time} + INTERVAL ${uint(nearbyMinutes)} MINUTE`
  const of = sql`tenant = ${str(tenant)} AND cluster = ${str(cluster)} AND node = ${str(node)}`
  return sql`SELECT DISTINCT uid FROM (
    SELECT pod_uid AS uid FROM lives WHERE ${of} AND finished_at BETWEEN ${from} AND ${to}
    UNION ALL SELECT uid FROM pods WHERE ${of} AND (deleted_at BETWEEN ${from} AND ${to}
      OR (status_at BETWEEN ${from} AND ${to} AND (gone = 1 OR phase IN ${strs(['Failed', 'Succeeded'])})))
  ) WHERE uid != ${str(except)} ORDER BY uid LIMIT ${uint(candidatesMax)}`
}
