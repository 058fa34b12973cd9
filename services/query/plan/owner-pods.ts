// Pods of an owner that somebody follows, present and future: which lines are theirs, and what was told of them since.
import { bind, join, milliseconds, raw, sql, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { arrivalKey, type ArrivalKey } from './arrivals.ts'
import type { Presence } from './pod-handles.ts'
import { bareContainerId } from './pod-sources.ts'

export interface OwnerFilter {
  tenant: string
  /** Kind/name. */
  owner: string
  namespace?: readonly string[] | undefined
  cluster?: readonly string[] | undefined
  pod?: readonly string[] | undefined
  podUid?: readonly string[] | undefined
}

/** Rows: uid. Every pod that it ever had. */
export function ownersPods({ tenant, owner, namespace, cluster, pod, podUid }: OwnerFilter): Fragment {
  const named = [
    ...(namespace === undefined ? [] : [sql`namespace IN ${strs(namespace)}`]),
    ...(pod === undefined ? [] : [sql`name IN ${strs(pod)}`]),
  ]
  const own = sql`SELECT uid FROM pod_handles WHERE tenant = ${str(tenant)} AND kind = 'owner' AND value = ${str(owner)}`
  return sql`${own}${cluster === undefined ? raw('') : sql` AND cluster IN ${strs(cluster)}`}${podUid === undefined ? raw('') : sql` AND uid IN ${strs(podUid)}`}${
    named.length === 0
      ? raw('')
      : sql` AND uid IN (SELECT uid FROM pods_seen WHERE tenant = ${str(tenant)} AND uid IN (${own}) AND ${join(named, ' AND ')})`
  }`
}

/** When lines arrived: bounds in epoch ms, or the last of them in the order of arrival. */
export interface Arrived {
  since?: number
  before?: number
  upTo?: ArrivalKey
}

/** A condition on logs: lines of these pods (rows: uid), by uid, and where some came without one, by container id. */
export function linesOfPods(
  tenant: string,
  pods: Fragment,
  { nameless }: Pick<Presence, 'nameless'>,
  { since, before, upTo }: Arrived = {},
): Fragment {
  const ids = sql`SELECT container_id FROM lives WHERE tenant = ${str(tenant)} AND container_id != '' AND pod_uid IN (${pods})`
  const byId = sql`(pod_uid = '' AND container_id != '' AND ${bareContainerId} IN (${ids}))`
  const conditions = [
    nameless ? sql`(pod_uid IN (${pods}) OR ${byId})` : sql`pod_uid IN (${pods})`,
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

/** What was first told of these pods (rows: uid) at `since` (epoch ms) or later, oldest first. Rows: NewsRow. */
export function newsOf(tenant: string, pods: Fragment, since: number): Fragment {
  const of = sql`tenant = ${str(tenant)} AND uid IN (${pods})`
  const from = milliseconds(since)
  // The index leads to what arrived lately, which may have been told before: that is looked up for those pods alone.
  const lately =
    since <= 0 ? of : sql`tenant = ${str(tenant)} AND uid IN (SELECT uid FROM pod_news WHERE ${of} AND arrived >= ${from})`
  const first = sql`SELECT uid, container, restart, what, min(pod_news.arrived) AS at FROM pod_news WHERE ${lately} GROUP BY uid, container, restart, what`
  return sql`SELECT uid, container, restart, what, toFloat64(toUnixTimestamp64Milli(at)) AS arrived FROM (${first}) AS news
    WHERE at >= ${from} ORDER BY at, what = 'joined' DESC, uid, container, restart, what`
}

/** The store's time, epoch ms. Rows: { now }. */
export const storeTime: Fragment = sql`SELECT toFloat64(toUnixTimestamp64Milli(now64(3))) AS now`

/** One pod by its API uid, as `linesOfPods` takes it. */
export const onePod = (uid: string): Fragment => sql`SELECT ${str(uid)} AS uid`

/** Pods of these (rows: uid) that were over at `before` and not long ago, newest first. Rows: uid. */
export function lastOver(tenant: string, pods: Fragment, before: string, limit: number): Fragment {
  const instant = bind("DateTime64(9, 'UTC')", before.replace('T', ' ').replace('Z', ''))
  return sql`SELECT uid FROM pods FINAL PREWHERE tenant = ${str(tenant)} AND uid IN (${pods})
    WHERE (gone = 1 OR deleted_at IS NOT NULL OR phase IN ('Succeeded', 'Failed')) AND created_at < ${instant} AND status_at > ${instant} - INTERVAL 1 HOUR
    ORDER BY abs(dateDiff('second', assumeNotNull(status_at), ${instant})), uid LIMIT ${uint(limit)}`
}
