// Lines that came without a pod uid, a row for each container that said them, and whose container that is: what resolvedLines of
// pod-sources.ts joins, apart. Few pods have such lines: they are looked for quickly, and their owners only where there are any.
import { join, raw, sql, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { bareContainerId } from './pod-sources.ts'

export interface NamelessRow {
  /** unresolved:<cluster>/<namespace>/<pod> */
  uid: string
  /** Without its scheme; '' where the lines came without one. */
  containerId: string
  /** First and last line, epoch ns as decimal text. */
  begun: string
  seen: string
}

/** `newest`: at most so many, newest last line first. Rows: NamelessRow. */
export const namelessRows = (tenant: string, only: readonly Fragment[], newest?: number): Fragment =>
  sql`SELECT concat('unresolved:', cluster, '/', namespace, '/', pod) AS uid, ${bareContainerId} AS containerId, toUnixTimestamp64Nano(first_line) AS begun, toUnixTimestamp64Nano(last_line) AS seen
  FROM life_lines WHERE ${join([sql`tenant = ${str(tenant)} AND pod_uid = ''`, ...only], ' AND ')}${newest === undefined ? raw('') : sql` ORDER BY last_line DESC LIMIT ${uint(newest)}`}`

/** Rows: { containerId, uid } of the API, one for each that is known. */
export const containerOwners = (tenant: string, containerIds: readonly string[]): Fragment =>
  sql`SELECT container_id AS containerId, any(pod_uid) AS uid FROM lives WHERE tenant = ${str(tenant)} AND container_id IN ${strs(containerIds)} GROUP BY container_id`
