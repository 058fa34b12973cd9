// Pure: the numbers of lines that each life had on days of which lines have expired, as retention/count-day.ts stored
// them.
import { raw, sql, statement, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import type { LineLife } from '#shared/pod-model/rows.ts'
import { ofPods, type LineBounds } from './line-counts.ts'

export interface ExpiredCountRow extends LineLife {
  day: string
  lines: string
}

const life = raw('uid, cluster, namespace, pod, container, restart, containerId')

/** Numbers of lines by life and day, counted before lines of the day expired. Rows: ExpiredCountRow. */
export const expiredCounts = (tenant: string, bounds: LineBounds): Fragment =>
  statement(
    'counts-of-days',
    sql`SELECT pod_uid AS uid, cluster, namespace, pod, container, restart, container_id AS containerId,
      toString(day) AS day, toString(max(lines)) AS lines
    ${fromTable(tenant, 'kept_counts')} AND ${ofPods(bounds)} GROUP BY ${life}, day`,
  )
