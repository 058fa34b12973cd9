// Which rows are one pod's. A pod is found by its API uid, by the uid its static manifest gave it (the mirror uid), or as
// `unresolved:<cluster>/<namespace>/<pod>` while only container ids are known of it (docs/api.md, GET /v1/pods/{uid}).
import { bind, join, raw, sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { nanoseconds } from './line-filter.ts'
import { containerHandle } from './pod-handles.ts'
import { bareContainerId, containerLives, mirroredUids } from './pod-sources.ts'

/** The pod objects that carry `uid`, as their own or as their manifest's. */
export const podObjects = (tenant: string, uid: string): Fragment => sql`
  SELECT uid, mirror_uid AS mirrorUid, namespace, name AS pod FROM pods FINAL PREWHERE tenant = ${str(tenant)}
  AND (uid = ${str(uid)} OR uid IN (${mirroredUids(tenant, uid)}))`

/** What Kubernetes reported of container instances: names, and an InstanceReport. */
export const podLives = (tenant: string, uids: readonly string[]): Fragment => sql`
  SELECT namespace, pod, container, restart, container_id AS containerId, toString(lives.version) AS version, state, reason, exit_code AS exitCode,
    started_at AS startedAt, finished_at AS finishedAt, image, image_id AS imageId FROM lives FINAL
  WHERE tenant = ${str(tenant)} AND pod_uid IN ${strs(uids)}`

export interface ContainerLife {
  /** Without scheme. */
  containerId: string
  podUid: string
  container: string
  restart: number
}

/** The container instances that have one of these bare container ids, found by their first digits. Rows: ContainerLife, one for each id. */
export const livesOfContainers = (tenant: string, containerIds: readonly string[]): Fragment =>
  containerLives(
    tenant,
    sql`container_id IN ${strs(containerIds)}
    AND pod_uid IN (SELECT uid FROM pod_handles WHERE tenant = ${str(tenant)} AND kind = 'container' AND value IN ${strs(containerIds.map(containerHandle))})`,
  )

const spoken = sql`namespace, pod, container, restart, ${bareContainerId} AS containerId,
  toString(toUnixTimestamp64Nano(first_line)) AS first, toString(toUnixTimestamp64Nano(last_line)) AS last, fragments`

/** Lives that said something, by uid or, where a line came without one, by container id; first and last in ns, ids bare. A life may be several rows. */
export function spokenLives(tenant: string, uids: readonly string[], containerIds: readonly string[]): Fragment {
  const byId =
    containerIds.length === 0
      ? raw('')
      : sql` OR (pod_uid = '' AND container_id != '' AND ${bareContainerId} IN ${strs(containerIds)})`
  return sql`SELECT ${spoken} FROM life_lines WHERE tenant = ${str(tenant)} AND (pod_uid IN ${strs(uids)}${byId})`
}

export interface UnresolvedPod {
  cluster: string
  namespace: string
  pod: string
}

/** `unresolved:<cluster>/<namespace>/<pod>` in parts; a cluster may hold slashes, the others may not. */
export function parseUnresolved(uid: string): UnresolvedPod | undefined {
  const match = /^unresolved:(.*)\/([^/]+)\/([^/]+)$/.exec(uid)
  return match === null ? undefined : { cluster: match[1]!, namespace: match[2]!, pod: match[3]! }
}

/** Rows of no known uid whose container id nobody told of. */
function unresolvedRows(tenant: string, { cluster, namespace, pod }: UnresolvedPod): Fragment {
  return sql`pod_uid = '' AND cluster = ${str(cluster)} AND namespace = ${str(namespace)} AND pod = ${str(pod)}
    AND ${bareContainerId} NOT IN (SELECT container_id FROM lives WHERE tenant = ${str(tenant)} AND container_id != '')`
}

export const unresolvedLives = (tenant: string, pod: UnresolvedPod): Fragment =>
  sql`SELECT ${spoken} FROM life_lines WHERE tenant = ${str(tenant)} AND ${unresolvedRows(tenant, pod)}`

export const unresolvedScope = unresolvedRows

/** Lines of a pod: its names first, since the sorting key has them. */
export function podScope(
  names: readonly { namespace: string; pod: string }[],
  uids: readonly string[],
  containerIds: readonly string[],
): Fragment {
  const byUid = sql`pod_uid IN ${strs(uids)}`
  const mine =
    containerIds.length === 0 ? byUid : sql`(${byUid} OR (pod_uid = '' AND ${bareContainerId} IN ${strs(containerIds)}))`
  const unique = (values: string[]): Fragment => sql`${strs([...new Set(values)])}`
  return sql`namespace IN ${unique(names.map(({ namespace }) => namespace))} AND pod IN ${unique(names.map(({ pod }) => pod))} AND ${mine}`
}

/** Times from `from` on, up to `to`. */
export interface Times {
  from: bigint
  to: bigint | undefined
}

/** One life as its lines are found. */
export interface LifeScope {
  container: string
  restart: number
  containerIds: readonly string[]
  /** Of lines that came with neither number nor container id. */
  times: readonly Times[]
  /** Of lines that came with its number and no container id; undefined where the number is its alone. */
  timesOfNumber: readonly Times[] | undefined
}

/**
 * Lines of some lives: by restart number, by container id where no number names the life, by time where neither does.
 */
export function livesScope(lives: readonly LifeScope[]): Fragment {
  if (lives.length === 0) return raw('false')
  const one = ({ container, restart, containerIds, times, timesOfNumber }: LifeScope): Fragment => {
    const number = sql`restart = ${bind('Int32', restart)}`
    const byId = (lines: Fragment): Fragment =>
      sql`(${lines} AND container_id != '' AND ${bareContainerId} IN ${strs(containerIds)})`
    const byTime = (lines: Fragment, { from, to }: Times): Fragment => {
      const until = to === undefined ? raw('') : sql` AND ts < ${nanoseconds(to)}`
      return sql`(${lines} AND container_id = '' AND ts >= ${nanoseconds(from)}${until})`
    }
    const none = raw('restart < 0')
    const numbered = timesOfNumber === undefined ? [number] : [byId(number), ...timesOfNumber.map((span) => byTime(number, span))]
    const ways = [...numbered, byId(none), ...times.map((span) => byTime(none, span))]
    return sql`(container = ${str(container)} AND (${join(ways, ' OR ')}))`
  }
  return sql`(${join(lives.map(one), ' OR ')})`
}
