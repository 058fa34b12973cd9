// Statements that count the lines of a day before one of its classes is dropped. They count over all classes of the day: a change of rules
// between two deliveries of a line leaves it in two of them.
import { bind, sql, statement, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromEveryTenant } from '#shared/clickhouse/tenant-scope.ts'
import type { LineLife } from '#shared/pod-model/rows.ts'
import { bareContainerId } from '#shared/lines/bare-container-id.ts'
import type { LineWindow } from './lines-in-window.ts'

/** Of which tenants and namespaces a partition has lines. Rows: { tenant, namespace }. */
export const namesOfPartition = (id: string): Fragment =>
  statement(
    'names-of-partition',
    sql`SELECT DISTINCT tenant, namespace ${fromEveryTenant('logs')} AND _partition_id = ${str(id)} AND pod != ''`,
  )

/** Pods that a partition has lines of, by name. Rows: { pods }. */
export const podsInPartition = (id: string): Fragment =>
  statement(
    'pods-in-partition',
    sql`SELECT toFloat64(uniqCombined64(tenant, namespace, pod)) AS pods ${fromEveryTenant('logs')} AND _partition_id = ${str(id)} AND pod != ''`,
  )

/** Lines of these names, of pods whose hash is `slice` of `slices`. */
export interface DaySlice {
  tenants: readonly string[]
  namespaces: readonly string[]
  slice: number
  slices: number
}

const time = (ns: bigint): Fragment => sql`fromUnixTimestamp64Nano(${bind('Int64', String(ns))}, 'UTC')`

const linesOf = ({ tenants, namespaces, slice, slices }: DaySlice, { from, to }: LineWindow): Fragment =>
  sql`tenant IN ${strs(tenants)} AND toStartOfHour(ts) >= toStartOfHour(${time(from)}) AND toStartOfHour(ts) <= toStartOfHour(${time(to)})
    AND ts >= ${time(from)} AND ts < ${time(to)} AND namespace IN ${strs(namespaces)} AND pod != ''
    AND cityHash64(tenant, namespace, pod) % ${uint(slices)} = ${uint(slice)}`

/** Rows as stored by hour. Rows: StepRow. */
export const hoursOfDay = (slice: DaySlice, day: LineWindow): Fragment =>
  statement(
    'hours-of-day',
    sql`SELECT toString(toHour(ts)) AS step, toFloat64(count()) AS rows ${fromEveryTenant('logs')} AND ${linesOf(slice, day)} GROUP BY step ORDER BY toUInt8(step)`,
  )

export interface LifeCountRow extends LineLife {
  tenant: string
  lines: string
}

/** Distinct lines of lives within a window of the day. Rows: LifeCountRow. */
export const countsInDay = (slice: DaySlice, window: LineWindow): Fragment =>
  statement(
    'counts-in-day',
    sql`SELECT tenant, pod_uid AS uid, cluster, namespace, pod, container, restart, if(restart < 0, ${bareContainerId}, '') AS containerId, toString(count()) AS lines
    ${fromEveryTenant('logs', { final: true })} AND ${linesOf(slice, window)} GROUP BY tenant, uid, cluster, namespace, pod, container, restart, containerId
    SETTINGS max_block_size = 8192, max_read_buffer_size = 131072`,
  )
