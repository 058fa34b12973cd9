// What is known of a handful of pods: the other half of GET /v1/pods, asked for the pods of one page, and all of GET /v1/pods/{uid}.
import { raw, sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { bareContainerId, mirroredUids } from './pod-sources.ts'

/** What FINAL keeps, ties by the last insert included, for half of its cost where some rows of many are asked for. The key follows. */
const newest = raw('ORDER BY version DESC, _part_index DESC, _part_offset DESC LIMIT 1 BY')

// Its text is a column of the answer.
const newestLife = raw('ORDER BY lives.version DESC, _part_index DESC, _part_offset DESC LIMIT 1 BY')

/** Rows: PodRow, with the newest version's deletedAt. */
export function podRows(tenant: string, uids: readonly string[]): Fragment {
  return sql`SELECT cluster, namespace, name, uid, mirror_uid AS mirrorUid, node, phase, reason, message, disruption, disruption_message AS disruptionMessage, disruption_at AS disruptionAt, waiting,
    ip, owner_kind AS ownerKind, owner_name AS ownerName, created_at AS createdAt, started_at AS startedAt, deleted_at AS deletedAt, gone, status_at AS statusAt, ready_at AS readyAt
  FROM pods PREWHERE tenant = ${str(tenant)} AND uid IN ${strs(uids)} ${newest} uid`
}

/** When their deletion was asked for first, of any version. Rows: { uid, askedAt }. */
export const podDeletions = (tenant: string, uids: readonly string[]): Fragment =>
  sql`SELECT uid, min(asked_at) AS askedAt FROM pod_deletions WHERE tenant = ${str(tenant)} AND uid IN ${strs(uids)} GROUP BY uid`

/** Rows: LifeRow, several of one instance where some name no container id (shared/lifecycle/instances.ts). */
export function lifeRows(tenant: string, uids: readonly string[]): Fragment {
  return sql`SELECT cluster, namespace, pod, pod_uid AS uid, container, kind, restart, container_id AS containerId, node, state, started_at AS startedAt,
    finished_at AS finishedAt, reason, message, exit_code AS exitCode, signal, image, image_id AS imageId, toString(lives.version) AS version
  FROM lives PREWHERE tenant = ${str(tenant)} AND pod_uid IN ${strs(uids)} ${newestLife} pod_uid, container, restart, instance`
}

/** `uid` is the involved object's, which for a static pod is the one of its log path. Oldest first. Rows: EventRow. */
export function eventRows(tenant: string, uids: readonly string[]): Fragment {
  const told = sql`SELECT * EXCEPT (object) FROM events PREWHERE tenant = ${str(tenant)} AND involved_uid IN ${strs(uids)} ${newest} involved_uid, uid`
  return sql`SELECT involved_uid AS uid, cluster, involved_namespace AS namespace, involved_name AS pod, type, reason, message, field_path AS fieldPath,
    first_time AS firstTime, last_time AS lastTime, count, component, host
  FROM (${told}) AS told WHERE involved_kind = 'Pod' ORDER BY told.last_time, told.uid`
}

/** First and last line of every life that spoke, of lines that came with these uids: of pods or of log paths. Rows: LifeLinesRow. */
export function lifeLines(tenant: string, uids: readonly string[]): Fragment {
  return sql`SELECT pod_uid AS uid, cluster, namespace, pod, container, restart, ${bareContainerId} AS containerId, max(node) AS node, min(first_line) AS firstLine, max(last_line) AS lastLine,
    0 AS nameless, container AS sentContainer, restart AS sentRestart, max(life_lines.fragments) AS fragments
  FROM life_lines WHERE tenant = ${str(tenant)} AND pod_uid IN ${strs(uids)} GROUP BY uid, cluster, namespace, pod, container, restart, containerId`
}

/** The uid of the API for any uid that names a pod there. Rows: { uid }, at most one. */
export function apiUid(tenant: string, uid: string): Fragment {
  return sql`SELECT uid FROM pods WHERE tenant = ${str(tenant)} AND (uid = ${str(uid)} OR uid IN (${mirroredUids(tenant, uid)})) ORDER BY (uid = ${str(uid)}) DESC, created_at DESC, version DESC LIMIT 1`
}

/** What only GET /v1/pods/{uid} shows. Rows: PodObjectRow, and whose it is as `uid`. */
export function podMaps(tenant: string, uids: readonly string[]): Fragment {
  return sql`SELECT uid, labels, annotations, object FROM pods PREWHERE tenant = ${str(tenant)} AND uid IN ${strs(uids)} ${newest} uid`
}
