// How the uids that lines and Events carry become the uid of the API: static pods by their mirror annotation, lines of
// /var/log/containers by the container id, and a name made up from cluster, namespace and pod where nothing matches.
import { raw, sql, str, type Fragment } from '#shared/clickhouse/sql.ts'
import { containerScheme } from '#shared/container-id.ts'

/** Rows (mirror_uid, api_uid): of the log path's uid to that of the API, the newest where the mirror pod was made again. */
export function mirrors(tenant: string): Fragment {
  return sql`SELECT value AS mirror_uid, argMax(uid, (born, told, uid)) AS api_uid FROM (
      SELECT value, uid, min(first) AS born, max(last) AS told FROM pod_handles WHERE tenant = ${str(tenant)} AND kind = 'mirror' GROUP BY value, uid)
    GROUP BY mirror_uid`
}

/** Pods whose static manifest has this uid. Rows: uid. */
export const mirroredUids = (tenant: string, uid: string): Fragment =>
  sql`SELECT uid FROM pod_handles WHERE tenant = ${str(tenant)} AND kind = 'mirror' AND value = ${str(uid)}`

/**
 * Rows of a table whose `column` is a uid as the API or as a log path knows it, in two pieces: those that stand for themselves, and the
 * few that a mirror annotation translates. A join of every row would cost more than the rest of the list.
 */
export function underApiUid(
  tenant: string,
  column: string,
  rows: (uid: Fragment, tail: Fragment) => Fragment,
  mirrored = true,
): Fragment[] {
  if (!mirrored) return [rows(raw(column), raw('WHERE 1'))]
  const known = mirrors(tenant)
  return [
    rows(raw(column), sql`WHERE ${raw(column)} NOT IN (SELECT mirror_uid FROM (${known}))`),
    rows(
      raw('api_uid'),
      sql`INNER JOIN (${known}) AS mirrors ON ${raw(column)} = mirror_uid WHERE ${raw(column)} IN (SELECT mirror_uid FROM (${known}))`,
    ),
  ]
}

/** One uid of a static pod's log path, and a pod of the API that was told to have it. */
export interface MirrorRow {
  mirror: string
  uid: string
  /** Epoch ns as decimal text: when that pod was created, and last told of. */
  born: string
  told: string
}

/** Every static pod of a tenant. Rows: MirrorRow. */
export const mirrorRows = (tenant: string): Fragment =>
  sql`SELECT value AS mirror, uid, min(first) AS born, max(last) AS told FROM pod_handles WHERE tenant = ${str(tenant)} AND kind = 'mirror' GROUP BY value, uid`

/** A row if any line of the tenant came without a pod uid. */
export const anyNameless = (tenant: string): Fragment =>
  sql`SELECT 1 AS one FROM life_lines WHERE tenant = ${str(tenant)} AND pod_uid = '' LIMIT 1`

/** The container id of a line as `lives` keeps it: without its scheme. */
export const bareContainerId: Fragment = raw(`replaceRegexpOne(container_id, '${containerScheme}', '')`)

/**
 * Whose containers these are (`which`: a condition on lives), whatever else was told of the instance since. The container of a static pod
 * is that of all its mirror pods, one after the other: it is the last one's. Rows: containerId, podUid, container, restart.
 */
export const containerLives = (tenant: string, which: Fragment): Fragment =>
  sql`SELECT container_id AS containerId, life.1 AS podUid, life.2 AS container, life.3 AS restart FROM (
      SELECT container_id, argMax((pod_uid, toString(container), restart), (version, pod_uid)) AS life FROM lives WHERE tenant = ${str(tenant)} AND ${which} GROUP BY container_id)`

/** Rows of life_lines that came without a pod uid, with the uid they belong to as `resolved`; `only`: a condition on life_lines. */
export function resolvedLines(tenant: string, only?: Fragment): Fragment {
  const nameless = sql`FROM life_lines WHERE tenant = ${str(tenant)} AND pod_uid = ''${only === undefined ? raw('') : sql` AND ${only}`}`
  return sql`SELECT cluster, namespace, pod, container_id, node, first_line, last_line,
      if(known_uid != '', known_uid, concat('unresolved:', cluster, '/', namespace, '/', pod)) AS resolved
    FROM (SELECT cluster, namespace, pod, ${bareContainerId} AS container_id, node, first_line, last_line ${nameless}) AS nameless
    LEFT ANY JOIN (SELECT containerId AS known_id, podUid AS known_uid
      FROM (${containerLives(tenant, sql`container_id != '' AND container_id IN (SELECT ${bareContainerId} ${nameless})`)}) AS lives) AS known ON container_id = known_id`
}

/** A condition on nameless rows of life_lines: by name, they may be of one of these pods (rows: uid). */
export const namelessNamesOf = (tenant: string, uids: Fragment): Fragment =>
  sql`(toString(namespace), pod) IN (SELECT toString(namespace), name FROM pods_seen WHERE tenant = ${str(tenant)} AND uid IN (${uids})
    UNION ALL SELECT splitByChar('/', uid)[-2], splitByChar('/', uid)[-1] FROM (${uids}) WHERE startsWith(uid, 'unresolved:'))`
