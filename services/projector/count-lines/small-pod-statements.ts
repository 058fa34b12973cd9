// The lines of some pods themselves, where they are few: counting them and finding what they cover takes the engine a tenth of the time
// that planning the statements for any number of lines takes (lines-in-window.ts, which says the same).
import { instant, raw, sql, statement, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import type { LineBounds } from './line-counts.ts'
import { bareContainerId } from '#shared/lines/bare-container-id.ts'
import type { LineLife } from '#shared/pod-model/rows.ts'

/** file, offset, length, time, eof, partial; and, where sizes were asked for, the bytes of the message and whether it is of an error. */
export type FewLine = [string, number, number, string, 0 | 1, 0 | 1, number, 0 | 1]

export interface FewLinesRow extends LineLife {
  lines: FewLine[]
}

const life = raw('uid, cluster, namespace, pod, container, restart, containerId')

/** At most `limit` lines, each as the row of it that came last. Rows: FewLinesRow. */
export function fewLines(
  tenant: string,
  { namespaces, pods, uids, first, last }: LineBounds,
  { limit, sizes }: { limit: number; sizes: boolean },
): Fragment {
  const hour = (text: string) => sql`toStartOfHour(${instant(text)})`
  const size = sizes ? raw("toFloat64(length(message)), toUInt8(severity IN ('error', 'fatal'))") : raw('0, 0')
  return statement(
    'few-lines',
    sql`SELECT ${life}, groupArray(line) AS lines FROM (
    SELECT pod_uid AS uid, cluster, namespace, pod, container, restart, if(restart < 0, ${bareContainerId}, '') AS containerId,
      (toString(file), toFloat64(offset), toFloat64(length), ts, eof, partial, ${size}) AS line
    ${fromTable(tenant, 'logs', { final: true })} AND toStartOfHour(ts) >= ${hour(first)} AND toStartOfHour(ts) <= ${hour(last)}
      AND namespace IN ${strs(namespaces)} AND pod IN ${strs(pods)} AND pod_uid IN ${strs(uids)} LIMIT ${uint(limit)})
  GROUP BY ${life} SETTINGS max_threads = 1`,
  )
}

export interface KeptCountRow extends LineLife {
  day: string
  lines: string
}

/** Lines of days of which some have expired, as they were counted before. Rows: KeptCountRow. */
export const keptCounts = (tenant: string, { namespaces, pods, uids }: LineBounds): Fragment =>
  statement(
    'counts-of-days',
    sql`SELECT pod_uid AS uid, cluster, namespace, pod, container, restart, container_id AS containerId, toString(day) AS day, toString(max(lines)) AS lines
    ${fromTable(tenant, 'kept_counts')} AND namespace IN ${strs(namespaces)} AND pod IN ${strs(pods)} AND pod_uid IN ${strs(uids)} GROUP BY ${life}, day`,
  )
