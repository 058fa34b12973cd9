// What only the answer about one pod asks for: states of its node around its end, and the kernel's words of OOM kills in it. Both are
// found by short ranges of a key, since they are asked whenever somebody looks at a pod.
import { bind, join, raw, sql, str, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { hasToken } from './message-index.ts'
import { time } from './pod-details.ts'

const instant = (text: string) => bind("DateTime64(9, 'UTC')", text.replace('T', ' ').replace('Z', ''))

/** The newest states up to `until`, or up to now, newest first. Rows: NodeEvidence. */
export function nodeStates(
  tenant: string,
  { cluster, node, until }: { cluster: string; node: string; until: string | null },
): Fragment {
  const before = until === null ? raw('') : sql` AND node_states.since <= ${instant(until)} + INTERVAL 10 MINUTE`
  return sql`SELECT what, status, ${raw(time('node_states.since', 'since'))}, reason, message FROM node_states FINAL
  WHERE tenant = ${str(tenant)} AND cluster = ${str(cluster)} AND node = ${str(node)}${before} ORDER BY node_states.since DESC LIMIT ${uint(500)}`
}

export interface KernelLineRow {
  time: string
  message: string
}

/** Seconds before and after a container's end within which an OOM kill in it has to do with that end. */
export const oomWithin = { beforeS: 10, afterS: 2 }

export interface OomTargets {
  podUid: string
  containerIds: readonly string[]
  /** Ends of containers. */
  ends: readonly string[]
}

/** System lines that tell of an OOM kill in one of the containers, or in the pod, around one of the ends. undefined where nothing can be asked. Rows: KernelLineRow. */
export function kernelOomLines(tenant: string, { podUid, containerIds, ends }: OomTargets): Fragment | undefined {
  const uidToken = /(?:^|-)([0-9a-f]{12,32})$/.exec(podUid)?.[1]
  const tokens = [...containerIds.filter((id) => /^[0-9a-f]{12,64}$/.test(id)), ...(uidToken === undefined ? [] : [uidToken])]
  if (tokens.length === 0 || ends.length === 0) return undefined
  const windows = ends.map((end) => {
    const from = sql`${instant(end)} - INTERVAL ${uint(oomWithin.beforeS)} SECOND`
    const to = sql`${instant(end)} + INTERVAL ${uint(oomWithin.afterS)} SECOND`
    return sql`(toStartOfHour(ts) >= toStartOfHour(${from}) AND toStartOfHour(ts) <= toStartOfHour(${to}) AND ts >= ${from} AND ts < ${to})`
  })
  return sql`SELECT ${raw(time('ts', 'time'))}, toValidUTF8(message) AS message FROM logs
  WHERE tenant = ${str(tenant)} AND namespace = '' AND pod = '' AND (${join(windows, ' OR ')}) AND (${join(tokens.map(hasToken), ' OR ')})
    AND (message LIKE '%oom-kill:%' OR message LIKE '%killed as a result of limit of%')
  ORDER BY ts, identity LIMIT 1 BY ts, identity LIMIT ${uint(50)}`
}
