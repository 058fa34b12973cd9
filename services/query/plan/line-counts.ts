// How many lines each life of some pods has: of distinct (ts, identity), so that a line sent twice counts once (design 5.4).
import { bind, raw, sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { time } from './pod-details.ts'
import { bareContainerId } from './pod-sources.ts'

export interface LineCountRow {
  /** '' of lines that came without one. */
  uid: string
  cluster: string
  namespace: string
  pod: string
  container: string
  restart: number
  containerId: string
  /** Distinct lines, as decimal text. */
  lines: string
  /** Which span of time its lines lie in, from 1; 0 where there are no spans. Only where spans were given. */
  slot?: number
  /** Where spans were given or sizes asked for. */
  firstLine?: string
  lastLine?: string
  /** Of messages, and lines of severity error or fatal, as decimal text; only where sizes were asked for. */
  bytes?: string
  errors?: string
}

/** Bounds within which the lines of some pods lie: names and times as the life_lines of those pods give them. */
export interface LineBounds {
  namespaces: readonly string[]
  pods: readonly string[]
  /** Uids that lines carry; '' is among them where some came without. */
  uids: readonly string[]
  first: string
  last: string
}

export interface CountOptions {
  /** Begins of spans in epoch ns, ascending, by `<uid>/<container>`: they tell apart lines that came with neither restart nor container id. */
  spans: ReadonlyMap<string, readonly bigint[]>
  /** Bytes and errors too, which costs reading the messages. */
  sizes: boolean
}

/** Distinct lines per life: the container id tells lives apart only where the restart does not, as in the identity. The primary key leads to the pods' runs in the hours between. Rows: LineCountRow. */
export function lineCounts(tenant: string, bounds: LineBounds, { spans, sizes }: CountOptions): Fragment {
  const life = sql`pod_uid AS uid, cluster, namespace, pod, container, restart, if(restart < 0, ${bareContainerId}, '') AS containerId`
  const group = raw('GROUP BY uid, cluster, namespace, pod, container, restart, containerId')
  const among = linesOf(tenant, bounds)
  if (spans.size === 0 && !sizes)
    return sql`SELECT ${life}, toString(uniqExact(ts, identity)) AS lines FROM logs WHERE ${among} ${group}`
  const begins = sql`${bind('Array(Array(Int64))', [...spans.values()])}[indexOf(${strs([...spans.keys()])}, concat(pod_uid, '/', container))]`
  const slot = sql`if(restart < 0 AND container_id = '', arrayCount(begin -> begin <= toUnixTimestamp64Nano(ts), ${begins}), 0) AS slot`
  const told = raw(
    `${time('min(ts)', 'firstLine')}, ${time('max(ts)', 'lastLine')}, toString(${sizes ? 'count()' : 'uniqExact(ts, identity)'}) AS lines`,
  )
  if (!sizes) return sql`SELECT ${life}, ${slot}, ${told} FROM logs WHERE ${among} ${group}, slot`
  return sql`SELECT uid, cluster, namespace, pod, container, restart, containerId, slot, ${told}, toString(sum(size)) AS bytes, toString(countIf(severity IN ('error', 'fatal'))) AS errors
  FROM (SELECT ${life}, ${slot}, ts, severity, length(message) AS size FROM logs WHERE ${among} LIMIT 1 BY ts, identity) AS lines_once ${group}, slot`
}

function linesOf(tenant: string, { namespaces, pods, uids, first, last }: LineBounds): Fragment {
  const instant = (text: string) => bind("DateTime64(9, 'UTC')", text.replace('T', ' ').replace('Z', ''))
  return sql`tenant = ${str(tenant)} AND toStartOfHour(ts) >= toStartOfHour(${instant(first)}) AND toStartOfHour(ts) <= toStartOfHour(${instant(last)})
    AND namespace IN ${strs(namespaces)} AND pod IN ${strs(pods)} AND pod_uid IN ${strs(uids)}`
}
