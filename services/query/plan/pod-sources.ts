// How the uids that lines and Events carry become the uid of the API: static pods by their mirror annotation, lines of
// /var/log/containers by the container id, and a name made up from cluster, namespace and pod where nothing matches.
import { raw, sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'

/** Rows (mirror_uid, api_uid): of the log path's uid to that of the API, the newest where the mirror pod was made again. */
export function mirrors(tenant: string, among?: readonly string[]): Fragment {
  const only = among === undefined ? raw("mirror_uid != ''") : sql`mirror_uid IN ${strs(among)}`
  return sql`SELECT mirror_uid, argMax(uid, (created_at, version)) AS api_uid FROM pods WHERE tenant = ${str(tenant)} AND ${only} GROUP BY mirror_uid`
}

/**
 * Rows of a table whose `column` is a uid as the API or as a log path knows it, in two pieces: those that stand for themselves, and the
 * few that a mirror annotation translates. A join of every row would cost more than the rest of the list.
 */
export function underApiUid(tenant: string, column: string, rows: (uid: Fragment, tail: Fragment) => Fragment): Fragment[] {
  const known = mirrors(tenant)
  return [
    rows(raw(column), sql`WHERE ${raw(column)} NOT IN (SELECT mirror_uid FROM (${known}))`),
    rows(
      raw('api_uid'),
      sql`INNER ANY JOIN (${known}) AS mirrors ON ${raw(column)} = mirror_uid WHERE ${raw(column)} IN (SELECT mirror_uid FROM (${known}))`,
    ),
  ]
}

/** A container id as `lives` keeps it: without its scheme. */
export const bareContainerId: Fragment = raw("replaceRegexpOne(container_id, '^[A-Za-z0-9.+-]+://', '')")

/** Rows of life_lines that came without a pod uid, with the uid they belong to as `resolved`. */
export function resolvedLines(tenant: string): Fragment {
  return sql`SELECT cluster, namespace, pod, container, restart, container_id, node, first_line, last_line, known_container, known_restart, container AS sent_container, restart AS sent_restart,
      if(known_uid != '', known_uid, concat('unresolved:', cluster, '/', namespace, '/', pod)) AS resolved
    FROM (SELECT cluster, namespace, pod, container, restart, ${bareContainerId} AS container_id, node, first_line, last_line FROM life_lines WHERE tenant = ${str(tenant)} AND pod_uid = '') AS nameless
    LEFT ANY JOIN (SELECT container_id AS known_id, pod_uid AS known_uid, container AS known_container, restart AS known_restart FROM lives WHERE tenant = ${str(tenant)} AND container_id != ''
      AND container_id IN (SELECT ${bareContainerId} FROM life_lines WHERE tenant = ${str(tenant)} AND pod_uid = '')) AS known ON container_id = known_id`
}
