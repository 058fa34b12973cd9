// Numbers of lines of days that have expired, by life.
import { raw, sql, statement, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import type { LineLife } from '#shared/pod-model/rows.ts'
import type { LineBounds } from './line-counts.ts'

export interface KeptCountRow extends LineLife {
  day: string
  lines: string
}

const life = raw('uid, cluster, namespace, pod, container, restart, containerId')

/** Lines of days of which some have expired, as they were counted before. Rows: KeptCountRow. */
export const keptCounts = (tenant: string, { namespaces, pods, uids }: LineBounds): Fragment =>
  statement(
    'counts-of-days',
    sql`SELECT pod_uid AS uid, cluster, namespace, pod, container, restart, container_id AS containerId, toString(day) AS day, toString(max(lines)) AS lines
    ${fromTable(tenant, 'kept_counts')} AND namespace IN ${strs(namespaces)} AND pod IN ${strs(pods)} AND pod_uid IN ${strs(uids)} GROUP BY ${life}, day`,
  )
