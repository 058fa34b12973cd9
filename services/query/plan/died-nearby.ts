// Pods of which something ended on a node within some minutes of a time: what their outcomes are asked for next.
import { instant, sql, str, uint, type Fragment } from '#shared/clickhouse/sql.ts'

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

/** Rows: { uid }. */
export function endedNearby(tenant: string, { cluster, node, at, except }: Nearby): Fragment {
  const time = instant(at)
  const minutes = uint(nearbyMinutes)
  return sql`SELECT DISTINCT uid FROM node_ends WHERE tenant = ${str(tenant)} AND cluster = ${str(cluster)} AND node = ${str(node)}
    AND at >= ${time} - INTERVAL ${minutes} MINUTE AND at <= ${time} + INTERVAL ${minutes} MINUTE AND uid != ${str(except)} ORDER BY uid LIMIT ${uint(podsMax)}`
}
