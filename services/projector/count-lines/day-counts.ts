// Pure: statements that count the lines of a day before a class of the day is dropped (decision 0011). They count over
// all classes: where the rules of retention changed between two deliveries of a line, two classes have the line.
import { bind, sql, statement, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromEveryTenant } from '#shared/clickhouse/tenant-scope.ts'
import type { LineLife } from '#shared/pod-model/rows.ts'
import { isLineOfAny } from '#shared/lines/absorbed-lines.ts'
import { timesOf } from '#shared/lines/line-filter.ts'
import { bareContainerId } from '#shared/lines/bare-container-id.ts'
import type { LineWindow } from './lines-in-window.ts'

/** Tenants and namespaces whose lines a partition has. Rows: { tenant, namespace }. */
export const namesOfPartition = (id: string): Fragment =>
  statement(
    'names-of-partition',
    sql`SELECT DISTINCT tenant, namespace ${fromEveryTenant('logs')} AND _partition_id = ${str(id)} AND pod != ''`,
  )

/** Rows: PodOfDay. */
export const podsOfDay = (id: string): Fragment =>
  statement(
    'pods-of-day',
    sql`SELECT DISTINCT tenant, if(pod_uid != '', pod_uid, concat('unresolved:', cluster, '/', namespace, '/', pod)) AS uid
  ${fromEveryTenant('logs')} AND _partition_id = ${str(id)} AND pod != ''`,
  )

/** About how many pods, by name, a partition has lines of. Rows: { pods }. */
export const podsInPartition = (id: string): Fragment =>
  statement(
    'pods-in-partition',
    sql`SELECT toFloat64(uniqCombined64(tenant, namespace, pod)) AS pods
  ${fromEveryTenant('logs')} AND _partition_id = ${str(id)} AND pod != ''`,
  )

/** Lines of these tenants and namespaces, of the pods whose hash modulo `slices` is `slice`. */
export interface DaySlice {
  tenants: readonly string[]
  namespaces: readonly string[]
  slice: number
  slices: number
}

const timeOf = (ns: bigint): Fragment => sql`fromUnixTimestamp64Nano(${bind('Int64', String(ns))}, 'UTC')`

const linesOf = ({ tenants, namespaces, slice, slices }: DaySlice, { from, to }: LineWindow): Fragment =>
  sql`tenant IN ${strs(tenants)} AND toStartOfHour(ts) >= toStartOfHour(${timeOf(from)})
    AND toStartOfHour(ts) <= toStartOfHour(${timeOf(to)})
    AND ts >= ${timeOf(from)} AND ts < ${timeOf(to)} AND namespace IN ${strs(namespaces)} AND pod != ''
    AND cityHash64(tenant, namespace, pod) % ${uint(slices)} = ${uint(slice)}`

/** Stored rows by hour, copies of a line included. Rows: StepRow. */
export const hoursOfDay = (slice: DaySlice, day: LineWindow): Fragment =>
  statement(
    'hours-of-day',
    sql`SELECT toString(toHour(ts)) AS step, toFloat64(count()) AS rows
  ${fromEveryTenant('logs')} AND ${linesOf(slice, day)} GROUP BY step ORDER BY toUInt8(step)`,
  )

export interface LifeCountRow extends LineLife {
  tenant: string
  lines: string
}

/** Distinct lines of each life within a window of the day. Rows: LifeCountRow. */
export const countsInDay = (slice: DaySlice, window: LineWindow): Fragment =>
  statement(
    'counts-in-day',
    sql`SELECT tenant, pod_uid AS uid, cluster, namespace, pod, container, restart,
      if(restart < 0, ${bareContainerId}, '') AS containerId, toString(count()) AS lines
    ${fromEveryTenant('logs', { final: true })} AND ${linesOf(slice, window)} AND ${isLineOfAny(timesOf(window))}
    GROUP BY tenant, uid, cluster, namespace, pod, container, restart, containerId
    SETTINGS max_block_size = 8192, max_read_buffer_size = 131072`,
  )
