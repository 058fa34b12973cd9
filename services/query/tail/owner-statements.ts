// Pods of an owner that somebody follows, present and future: which lines are theirs, and what was told of them since.
import { bind, join, milliseconds, raw, sql, statement, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import { arrivalKey, type ArrivalKey } from './arrival-statements.ts'
import { bareContainerId } from '#shared/lines/bare-container-id.ts'

export interface OwnerFilter {
  tenant: string
  /** Kind/name. */
  owner: string
  namespace?: readonly string[] | undefined
  cluster?: readonly string[] | undefined
  pod?: readonly string[] | undefined
  podUid?: readonly string[] | undefined
}

/** Every pod that it ever had, oldest first. Rows: { uid }. */
export function ownersPods({ tenant, owner, namespace, cluster, pod, podUid }: OwnerFilter): Fragment {
  const conditions = [
    sql`${fromTable(tenant, 'pod_lookup')} AND kind = 'owner' AND value = ${str(owner)} AND is_deleted = 0`,
    ...(namespace === undefined ? [] : [sql`namespace IN ${strs(namespace)}`]),
    ...(cluster === undefined ? [] : [sql`cluster IN ${strs(cluster)}`]),
    ...(pod === undefined ? [] : [sql`name IN ${strs(pod)}`]),
    ...(podUid === undefined ? [] : [sql`uid IN ${strs(podUid)}`]),
  ]
  return statement('owners-pods', sql`SELECT DISTINCT uid ${join(conditions, ' AND ')} ORDER BY uid`)
}

/** When lines arrived: bounds in epoch ms, or the last of them in the order of arrival. */
export interface Arrived {
  since?: number
  before?: number
  upTo?: ArrivalKey
}

/** A row if any line of the tenant came without a pod uid. */
export const anyUnattributed = (tenant: string): Fragment =>
  statement('any-unattributed', sql`SELECT 1 AS one ${fromTable(tenant, 'life_lines')} AND pod_uid = '' LIMIT 1`)

/** Containers of these pods, without scheme. Rows: { containerId }. */
export const containersOfPods = (tenant: string, uids: readonly string[]): Fragment =>
  statement(
    'containers-of-pods',
    sql`SELECT DISTINCT container_id AS containerId ${fromTable(tenant, 'lives')} AND container_id != '' AND pod_uid IN ${strs(uids)}`,
  )

/** Uids of pods, and containers of theirs whose lines may come without a uid. */
export interface OwnedLines {
  uids: readonly string[]
  containerIds: readonly string[]
}

/** A condition on logs: lines of these pods. */
export function linesOfPods({ uids, containerIds }: OwnedLines, { since, before, upTo }: Arrived = {}): Fragment {
  const byId = sql` OR (pod_uid = '' AND container_id != '' AND ${bareContainerId} IN ${strs(containerIds)})`
  const conditions = [
    sql`(pod_uid IN ${strs(uids)}${containerIds.length === 0 ? raw('') : byId})`,
    ...(since === undefined ? [] : [sql`received >= ${milliseconds(since)}`]),
    ...(before === undefined ? [] : [sql`received < ${milliseconds(before)}`]),
    ...(upTo === undefined ? [] : [sql`(received, ts, identity) <= ${arrivalKey(upTo)}`]),
  ]
  return join(conditions, ' AND ')
}

export type NewsKind = 'joined' | 'placed' | 'over' | 'born' | 'died'

export interface NewsRow {
  uid: string
  container: string
  /** -1 of the pod itself. */
  restart: number
  what: NewsKind
  /** Epoch ms, by the store's clock. */
  arrived: number
}

/** Pods of these of which something arrived at `since` (epoch ms) or later, which may have been reported before. Rows: { uid }. */
export const podsWithNews = (tenant: string, uids: readonly string[], since: number): Fragment =>
  statement(
    'pods-with-news',
    sql`SELECT DISTINCT uid ${fromTable(tenant, 'pod_news')} AND uid IN ${strs(uids)} AND arrived >= ${milliseconds(Math.max(since, 0))}`,
  )

/** What was first reported of these pods at `since` (epoch ms) or later, oldest first. Rows: NewsRow. */
export function newsOf(tenant: string, uids: readonly string[], since: number): Fragment {
  const first = sql`SELECT uid, container, restart, what, min(pod_news.arrived) AS at ${fromTable(tenant, 'pod_news')} AND uid IN ${strs(uids)} GROUP BY uid, container, restart, what`
  return statement(
    'news-of-pods',
    sql`SELECT uid, container, restart, what, toFloat64(toUnixTimestamp64Milli(at)) AS arrived FROM (${first}) AS news
    WHERE at >= ${milliseconds(Math.max(since, 0))} ORDER BY at, what = 'joined' DESC, uid, container, restart, what`,
  )
}

/** Pods of these that were over at `before` and not long ago, newest first. Rows: uid. */
export function lastOver(tenant: string, uids: readonly string[], before: string, limit: number): Fragment {
  const instant = bind("DateTime64(9, 'UTC')", before.replace('T', ' ').replace('Z', ''))
  return sql`SELECT uid ${fromTable(tenant, 'pods', { final: true, prewhere: true })} AND uid IN ${strs(uids)}
    WHERE (gone = 1 OR deleted_at IS NOT NULL OR phase IN ('Succeeded', 'Failed')) AND created_at < ${instant} AND status_at > ${instant} - INTERVAL 1 HOUR
    ORDER BY abs(dateDiff('second', assumeNotNull(status_at), ${instant})), uid LIMIT ${uint(limit)}`
}
