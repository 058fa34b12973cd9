// Which rows are one pod's. A pod is found by its API uid, by the uid its static manifest gave it (the mirror uid), or
// as
// `unresolved:<cluster>/<namespace>/<pod>` while only container ids are known of it (docs/api.md, GET /v1/pods/{uid}).
import { bind, join, raw, sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { nanoseconds } from './line-filter.ts'
import { bareContainerId } from './bare-container-id.ts'

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

/** Lines of a name that came without a uid, from containers that nothing leads to another pod. */
export function unresolvedScope({ cluster, namespace, pod }: UnresolvedPod, containerIds: readonly string[]): Fragment {
  return sql`pod_uid = '' AND cluster = ${str(cluster)} AND namespace = ${str(namespace)} AND pod = ${str(pod)}
    AND ${bareContainerId} IN ${strs(containerIds)}`
}

/** Lines of a pod: its names first, since the sorting key has them. */
export function podScope(
  names: readonly { namespace: string; pod: string }[],
  uids: readonly string[],
  containerIds: readonly string[],
): Fragment {
  const byUid = sql`pod_uid IN ${strs(uids)}`
  const mine =
    containerIds.length === 0
      ? byUid
      : sql`(${byUid} OR (pod_uid = '' AND ${bareContainerId} IN ${strs(containerIds)}))`
  const unique = (values: string[]): Fragment => sql`${strs([...new Set(values)])}`
  return sql`namespace IN ${unique(names.map(({ namespace }) => namespace))}
    AND pod IN ${unique(names.map(({ pod }) => pod))} AND ${mine}`
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
    const numbered =
      timesOfNumber === undefined ? [number] : [byId(number), ...timesOfNumber.map((span) => byTime(number, span))]
    const ways = [...numbered, byId(none), ...times.map((span) => byTime(none, span))]
    return sql`(container = ${str(container)} AND (${join(ways, ' OR ')}))`
  }
  return sql`(${join(lives.map(one), ' OR ')})`
}
