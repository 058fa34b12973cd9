// What has changed of pods, for a watch: a print of each pod that changes with what is known of it, and with nothing that merges do.
import { join, raw, sql, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'

export interface PodPrint {
  /** As the tables have it: of a static pod's lines and Events, that of its log path. */
  uid: string
  print: string
}

const lineUid = "if(pod_uid = '', concat('unresolved:', cluster, '/', namespace, '/', pod), pod_uid)"

/** Rows: PodPrint. */
export function podPrints(tenant: string, namespace: string | undefined): Fragment {
  const within = (column: string): Fragment =>
    namespace === undefined ? sql`tenant = ${str(tenant)}` : sql`tenant = ${str(tenant)} AND ${raw(column)} = ${str(namespace)}`
  return sql`SELECT uid, toString(cityHash64(sum(version), sum(life_version), sum(life_count), sum(event_version), sum(event_count), sum(spoken))) AS print FROM (
  SELECT uid, max(version) AS version, 0 AS life_version, 0 AS life_count, 0 AS event_version, 0 AS event_count, 0 AS spoken FROM pods WHERE ${within('namespace')} GROUP BY uid
  UNION ALL SELECT pod_uid, 0, max(version), uniqExact(container, restart), 0, 0, 0 FROM lives WHERE ${within('namespace')} GROUP BY pod_uid
  UNION ALL SELECT involved_uid, 0, 0, 0, max(version), uniqExact(uid), 0 FROM events WHERE ${within('involved_namespace')} AND involved_kind = 'Pod' AND involved_uid != '' GROUP BY involved_uid
  UNION ALL SELECT ${raw(lineUid)} AS line_uid, 0, 0, 0, 0, 0, uniqExact(container, restart, container_id) FROM life_lines WHERE ${within('namespace')} GROUP BY line_uid
) GROUP BY uid`
}

/**
 * A condition on the rows of a table, or of its local tables in a cluster: those in parts that were written or merged at
 * `sinceS` (epoch s) or later.
 */
export const partsSince = (table: string, sinceS: number): Fragment =>
  sql`_part IN (SELECT name FROM system.parts WHERE active AND database = currentDatabase() AND table IN (${str(table)}, ${str(`${table}_local`)}) AND modification_time >= fromUnixTimestamp(${uint(sinceS)}))`

/** Pods of which something was written at `sinceS` (epoch s) or later, or was merged since: never one too few. Rows: { uid }. */
export function changedSince(tenant: string, sinceS: number): Fragment {
  const lately = (table: string, uid: string): Fragment =>
    sql`SELECT ${raw(uid)} AS uid FROM ${raw(table)} WHERE tenant = ${str(tenant)} AND ${partsSince(table, sinceS)}`
  const tables = [
    lately('pods', 'uid'),
    lately('lives', 'pod_uid'),
    lately('events', 'involved_uid'),
    lately('life_lines', lineUid),
  ]
  return sql`SELECT DISTINCT uid FROM (${join(tables, ' UNION ALL ')})`
}

/** A condition on the uid of a pod: one of these, of the API or of a log path. */
export const amongUids = (tenant: string, uids: readonly string[]): Fragment =>
  sql`(uid IN ${strs(uids)} OR uid IN (SELECT uid FROM pods WHERE tenant = ${str(tenant)} AND mirror_uid != '' AND mirror_uid IN ${strs(uids)}))`
