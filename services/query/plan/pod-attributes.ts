// What a pod is said to be by whoever knows best, its object before its lines before its Events: the filters that must hold of what
// the answer shows, as conditions on uid.
import { join, raw, sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { namedLike } from './nameless.ts'
import type { Presence } from './pod-handles.ts'
import { resolvedLines, underApiUid } from './pod-sources.ts'

interface Scope {
  tenant: string
  presence: Presence
  /** Pods to look at; every one where it is undefined. */
  among: readonly string[] | undefined
}

interface Attributes {
  cluster?: readonly string[] | undefined
  node?: readonly string[] | undefined
}

/** None where nothing is asked. */
export function hasAttributes({ cluster, node }: Attributes, { tenant, presence, among }: Scope): Fragment[] {
  if (cluster === undefined && node === undefined) return []
  const only = among === undefined ? raw('') : sql` AND uid IN ${strs(among)}`
  const of = sql`tenant = ${str(tenant)}`
  // Lines and Events need only be looked at where no object has the word.
  const decided = sql`SELECT uid FROM pods WHERE ${of}${only}${node === undefined ? raw('') : raw(" AND node != ''")}`
  const undecided = (uid: Fragment) =>
    among === undefined
      ? sql`${uid} NOT IN (${decided})`
      : sql`${uid} IN (SELECT arrayJoin(${strs(among)}) AS undecided WHERE undecided NOT IN (${decided}))`
  const under = (column: string, rows: (uid: Fragment, tail: Fragment) => Fragment) =>
    underApiUid(tenant, column, rows, presence.mirrored)
  const names = among === undefined ? undefined : namedLike(tenant, among)
  const told = [
    sql`SELECT uid, 2 AS rank, cluster, node FROM pods WHERE ${of}${only}`,
    ...under(
      'life_lines.pod_uid',
      (uid, tail) =>
        sql`SELECT ${uid} AS uid, 1 AS rank, cluster, node FROM life_lines ${tail} AND ${of} AND pod_uid != '' AND ${undecided(uid)}`,
    ),
    ...(presence.nameless
      ? [
          sql`SELECT resolved AS uid, 1 AS rank, cluster, node FROM (${resolvedLines(tenant, names)}) AS nameless WHERE ${undecided(raw('resolved'))}`,
        ]
      : []),
    ...under(
      'events.involved_uid',
      (uid, tail) =>
        sql`SELECT ${uid} AS uid, 0 AS rank, cluster, host AS node FROM events ${tail} AND ${of} AND involved_kind = 'Pod' AND involved_uid != '' AND ${undecided(uid)}`,
    ),
  ]
  const having = [
    ...(cluster === undefined ? [] : [sql`argMax(cluster, (rank, cluster)) IN ${strs(cluster)}`]),
    ...(node === undefined ? [] : [sql`argMaxIf(node, (rank, node), node != '') IN ${strs(node)}`]),
  ]
  return [sql`uid IN (SELECT uid FROM (${join(told, ' UNION ALL ')}) GROUP BY uid HAVING ${join(having, ' AND ')})`]
}

/** Pods whose object told of them, and no version of it of their end. Rows: uid. */
export const living = (tenant: string, among?: readonly string[]): Fragment =>
  sql`SELECT uid FROM pods WHERE tenant = ${str(tenant)}${among === undefined ? raw('') : sql` AND uid IN ${strs(among)}`} GROUP BY uid HAVING max(gone = 1 OR deleted_at IS NOT NULL OR phase IN ('Succeeded', 'Failed')) = 0`
