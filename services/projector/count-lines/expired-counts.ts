// The numbers of lines that each life had on days of which lines have expired, as retention/count-day.ts stored them,
// and the days of which such numbers may be missing.
import { raw, sql, statement, str, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import type { LineLife, UncountedDay } from '#shared/pod-model/rows.ts'
import { lastWordsClass } from '#shared/retention/retention.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { ofPods, type LineBounds } from './line-counts.ts'

export interface ExpiredCountRow extends LineLife {
  day: string
  lines: string
}

const life = raw('uid, cluster, namespace, pod, container, restart, containerId')

export interface ExpiredLines {
  counts: ExpiredCountRow[]
  /** Days between the first and the last line of the pods. */
  uncountedDays: UncountedDay[]
}

export async function readExpired(
  { rows }: Pick<RowReading, 'rows'>,
  tenant: string,
  bounds: LineBounds,
): Promise<ExpiredLines> {
  const all = await rows<ExpiredCountRow>(expiredCounts(tenant, bounds))
  const { counts = [], days = [] } = Object.groupBy(all, ({ lines }) => (lines === '' ? 'days' : 'counts'))
  return { counts, uncountedDays: days.map(({ day, namespace }) => ({ day, class: namespace })) }
}

/**
 * Numbers of lines by life and day, counted before lines of the day expired. Rows: ExpiredCountRow. A row without lines
 * stands for a day that was dropped uncounted, and has its class as the namespace.
 */
const expiredCounts = (tenant: string, bounds: LineBounds): Fragment =>
  statement(
    'counts-of-days',
    sql`SELECT pod_uid AS uid, cluster, namespace, pod, container, restart, container_id AS containerId,
      toString(day) AS day, toString(max(lines)) AS lines
    ${fromTable(tenant, 'kept_counts')} AND ${ofPods(bounds)} GROUP BY ${life}, day
    UNION ALL SELECT DISTINCT '', '', toString(class), '', '', toInt32(-1), '', toString(day), '' FROM inexact_days
    WHERE day >= ${str(dayOf(bounds.first))} AND day <= ${str(dayOf(bounds.last))} AND class != ${str(lastWordsClass)}`,
  )

const dayOf = (time: string): string => time.slice(0, 10)
