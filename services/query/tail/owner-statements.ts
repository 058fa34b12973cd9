// Statements of a tail that follows an owner: the owner's pods, the lines of these pods, and the records of these pods
// that were stored since the last poll.
import { int, join, milliseconds, raw, sql, statement, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import type { ArrivalPlace } from './arrival-place.ts'
import { placeOfRow, placeTuple } from './arrival-statements.ts'
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

/**
 * Every pod that the owner ever had; with times (epoch ns), those that may have existed or died in that time.
 * Rows: { uid }.
 */
export function ownersPods(filter: OwnerFilter, { from, to }: { from?: bigint; to?: bigint } = {}): Fragment {
  const times = [
    // An Event may report a death later than `last_seen`, the last line or state of the pod.
    ...(from === undefined ? [] : [sql`(last_seen >= ${int(from)} OR died_rank <= ${int(-from)})`]),
    ...(to === undefined ? [] : [sql`first_seen < ${int(to)}`]),
  ]
  return statement('owners-pods', sql`SELECT DISTINCT uid ${join([ofOwner(filter), ...times], ' AND ')} ORDER BY uid`)
}

function ofOwner({ tenant, owner, namespace, cluster, pod, podUid }: OwnerFilter): Fragment {
  const conditions = [
    sql`${fromTable(tenant, 'pod_lookup')} AND kind = 'owner' AND value = ${str(owner)} AND is_deleted = 0`,
    ...(namespace === undefined ? [] : [sql`namespace IN ${strs(namespace)}`]),
    ...(cluster === undefined ? [] : [sql`cluster IN ${strs(cluster)}`]),
    ...(pod === undefined ? [] : [sql`name IN ${strs(pod)}`]),
    ...(podUid === undefined ? [] : [sql`uid IN ${strs(podUid)}`]),
  ]
  return join(conditions, ' AND ')
}

/** Which arrivals count: from and to in epoch ms, and the last one in the order of arrival. */
export interface ArrivalBounds {
  since?: number
  before?: number
  upTo?: ArrivalPlace
}

/** One row where the tenant has any line without a pod uid, else none. */
export const anyUnattributed = (tenant: string): Fragment =>
  statement('any-unattributed', sql`SELECT 1 AS one ${fromTable(tenant, 'lines_of_lives')} AND pod_uid = '' LIMIT 1`)

/** Container ids of these pods, without their scheme. Rows: { containerId }. */
export const containersOfPods = (tenant: string, uids: readonly string[]): Fragment =>
  statement(
    'containers-of-pods',
    sql`SELECT DISTINCT container_id AS containerId ${fromTable(tenant, 'lives')}
    AND container_id != '' AND pod_uid IN ${strs(uids)}`,
  )

/** Uids of pods, and the ids of their containers whose lines may come without a pod uid. */
export interface OwnedLines {
  uids: readonly string[]
  containerIds: readonly string[]
}

/** A condition on the table `logs`: lines of these pods. */
export function linesOfPods({ uids, containerIds }: OwnedLines, { since, before, upTo }: ArrivalBounds = {}): Fragment {
  const orByContainerId = sql` OR (pod_uid = '' AND container_id != '' AND ${bareContainerId} IN ${strs(containerIds)})`
  const conditions = [
    sql`(pod_uid IN ${strs(uids)}${containerIds.length === 0 ? raw('') : orByContainerId})`,
    ...(since === undefined ? [] : [sql`received >= ${milliseconds(since)}`]),
    ...(before === undefined ? [] : [sql`received < ${milliseconds(before)}`]),
    ...(upTo === undefined ? [] : [sql`${placeOfRow} <= ${placeTuple(upTo)}`]),
  ]
  return join(conditions, ' AND ')
}

export interface StoredRevision {
  uid: string
  revision: string
}

/** Records of these pods that were stored at `since` (epoch ms of the store's clock) or later. Rows: StoredRevision. */
export const recordsStoredSince = (tenant: string, uids: readonly string[], since: number): Fragment =>
  statement(
    'records-stored-since',
    sql`SELECT uid, toString(max(pod_record_feed.revision)) AS revision ${fromTable(tenant, 'pod_record_feed')}
    AND uid IN ${strs(uids)} AND stored_at >= toDateTime(${uint(Math.max(Math.floor(since / 1000), 0))}, 'UTC')
    GROUP BY uid`,
  )

const hourNs = 3_600_000_000_000n

/** Pods of the owner that died at `before` (epoch ns) or within the hour before, latest death first. Rows: { uid }. */
export const lastDied = (filter: OwnerFilter, before: bigint, limit: number): Fragment =>
  statement(
    'last-died',
    sql`SELECT DISTINCT uid ${ofOwner(filter)} AND died_rank >= ${int(-before)} AND died_rank < ${int(hourNs - before)}
    ORDER BY died_rank, uid LIMIT ${uint(limit)}`,
  )
