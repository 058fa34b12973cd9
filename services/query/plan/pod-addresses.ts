// Statements about which pods had an address, and when; read/addresses.ts finds out whose it was at a time.
import { raw, sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'

/** In place of a time that never comes, epoch ns. */
export const never = 9_223_372_036_854_775_807n

const of = (tenant: string): Fragment => sql`tenant = ${str(tenant)} AND kind IN ('ip', 'host-ip')`

/** Pods that ever had one of them. Rows: uid. */
export const everHeld = (tenant: string, ips: readonly string[]): Fragment =>
  sql`SELECT uid FROM pod_handles WHERE ${of(tenant)} AND value IN ${strs(ips)}`

export interface ToldAddress {
  kind: 'ip' | 'host-ip'
  value: string
  cluster: string
  uid: string
  /** When it was first told, epoch ns as decimal text. */
  told: string
}

/** Every address of pods that ever had one of these. Rows: ToldAddress. */
export const toldAddresses = (tenant: string, ips: readonly string[]): Fragment =>
  sql`SELECT kind, value, cluster, uid, toString(min(first)) AS told FROM pod_handles WHERE ${of(tenant)} AND uid IN (${everHeld(tenant, ips)}) GROUP BY kind, value, cluster, uid`

export interface PodSpan {
  uid: string
  /** Epoch ns as decimal text; `over` is `never` where no object told of its end. */
  born: string
  over: string
}

/** When pods that ever had one of these lived. Rows: PodSpan. */
export function podSpans(tenant: string, ips: readonly string[]): Fragment {
  return sql`SELECT uid, toString(min(toUnixTimestamp64Nano(coalesce(started_at, created_at, status_at, toDateTime64(0, 9, 'UTC'))))) AS born,
      toString(if(max(gone = 1 OR deleted_at IS NOT NULL OR phase IN ('Succeeded', 'Failed')) = 1, max(toUnixTimestamp64Nano(ifNull(status_at, toDateTime64(0, 9, 'UTC')))) + 1000000000, ${raw(String(never))})) AS over
    FROM pods WHERE tenant = ${str(tenant)} AND uid IN (${everHeld(tenant, ips)}) GROUP BY uid`
}
