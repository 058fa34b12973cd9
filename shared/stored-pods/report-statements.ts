// What is known of a handful of pods: the other half of GET /v1/pods, asked for the pods of one page, and all of GET
// /v1/pods/{uid}.
import { raw, sql, statement, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import type { PodObjectRow, PodRow } from '#shared/pod-model/rows.ts'

/**
 * What FINAL keeps, ties by the last insert included, for half of its cost where some rows of many are asked for. The
 * key follows.
 */
const newest = raw('ORDER BY version DESC, _part_index DESC, _part_offset DESC LIMIT 1 BY')

// Its text is a column of the answer.
const newestLife = raw('ORDER BY lives.version DESC, _part_index DESC, _part_offset DESC LIMIT 1 BY')

export type ReportedPod = PodRow & PodObjectRow

/** Rows: ReportedPod, with the newest version's deletedAt. */
export function podRows(tenant: string, uids: readonly string[]): Fragment {
  return statement(
    'pod-objects',
    sql`SELECT cluster, namespace, name, uid, mirror_uid AS mirrorUid, node, phase, reason, message, disruption,
      disruption_message AS disruptionMessage, disruption_at AS disruptionAt, waiting,
    ip, owner_kind AS ownerKind, owner_name AS ownerName, created_at AS createdAt, started_at AS startedAt,
      deleted_at AS deletedAt, gone, status_at AS statusAt, ready_at AS readyAt,
    labels, annotations, object, controller_kind AS controllerKind, controller_name AS controllerName
  ${fromTable(tenant, 'pods', { prewhere: true })} AND uid IN ${strs(uids)} ${newest} uid`,
  )
}

/** Rows: LifeRow, several of one instance where some name no container id (shared/lifecycle/instances.ts). */
export function lifeRows(tenant: string, uids: readonly string[]): Fragment {
  return statement(
    'pod-instances',
    sql`SELECT cluster, namespace, pod, pod_uid AS uid, container, kind, restart, container_id AS containerId, node,
      state, started_at AS startedAt,
    finished_at AS finishedAt, reason, message, exit_code AS exitCode, signal, image, image_id AS imageId,
      toString(lives.version) AS version
  ${fromTable(tenant, 'lives', { prewhere: true })} AND pod_uid IN ${strs(uids)} ${newestLife} pod_uid, container,
    restart, instance`,
  )
}

/** `uid` is the involved object's, which for a static pod is the one of its log path. Oldest first. Rows: EventRow. */
export function eventRows(tenant: string, uids: readonly string[]): Fragment {
  const told = sql`SELECT * EXCEPT (object) ${fromTable(tenant, 'events', { prewhere: true })}
    AND involved_uid IN ${strs(uids)} ${newest} involved_uid, uid`
  return statement(
    'pod-events',
    sql`SELECT involved_uid AS uid, cluster, involved_namespace AS namespace, involved_name AS pod, type, reason,
      message, field_path AS fieldPath,
    first_time AS firstTime, last_time AS lastTime, count, component, host
  FROM (${told}) AS told WHERE involved_kind = 'Pod' ORDER BY told.last_time, told.uid`,
  )
}
