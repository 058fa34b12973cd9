// How many lines each life of some pods has: of distinct (ts, identity), so that a line sent twice counts once
// (decision 0001).
import { bind, instant, raw, sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { isUnnumbered, namingContainerId, spanKeyOfRow, type SpanKey } from './line-life.ts'

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
  /**
   * Begins of spans in epoch ns, ascending: they tell apart lines whose life neither a number nor a container id names.
   */
  spans: ReadonlyMap<SpanKey, readonly bigint[]>
  /** Bytes and errors too, which costs reading the messages. */
  sizes: boolean
}

/**
 * Distinct lines per life: the container id tells lives apart only where the restart does not, as in the identity. The primary key leads to the
 * pods' runs in the hours between. Days of which lines have expired were counted before: lines only leave, so the larger count is the right
 * one; not of lines that only a span of time tells apart. Rows: LineCountRow.
 */
export function lineCounts(tenant: string, bounds: LineBounds, { spans, sizes }: CountOptions): Fragment {
  const named = sql`namespace IN ${strs(bounds.namespaces)} AND pod IN ${strs(bounds.pods)} AND pod_uid IN ${strs(bounds.uids)}`
  const life = raw('uid, cluster, namespace, pod, container, restart, containerId')
  const keys = [...spans.keys()]
  const timed = spans.size > 0 || sizes
  const found = sql`SELECT pod_uid AS uid, cluster, namespace, pod, container, restart, ${namingContainerId(keys)} AS containerId, ${slotOf(spans)} AS slot, ts, identity${sizes ? raw(', severity, length(message) AS size') : raw('')}
    FROM logs WHERE tenant = ${str(tenant)} AND ${hoursOf(bounds)} AND ${named}${sizes ? raw(' LIMIT 1 BY ts, identity') : raw('')}`
  const sums = raw(
    sizes
      ? "count() AS counted, sum(size) AS size, countIf(severity IN ('error', 'fatal')) AS severe"
      : 'uniqExact(ts, identity) AS counted',
  )
  const kept = sql`SELECT pod_uid AS uid, cluster, namespace, pod, container, restart, container_id AS containerId, 0 AS slot, day, 0 AS here, lines AS counted${raw(sizes ? ', 0 AS size, 0 AS severe' : '')}${raw(timed ? ', NULL AS first, NULL AS last' : '')}
    FROM kept_counts WHERE tenant = ${str(tenant)} AND ${named}${spans.size > 0 ? sql` AND NOT (${isUnnumbered(keys)} AND container_id = '')` : raw('')}`
  const told = [
    'toString(sum(most)) AS lines, toString(sum(now)) AS stored',
    ...(timed ? ['slot', 'min(firsts) AS firstLine', 'max(lasts) AS lastLine'] : []),
    ...(sizes ? ['toString(sum(sizes)) AS bytes', 'toString(sum(severes)) AS errors'] : []),
  ]
  return sql`SELECT ${life}, ${raw(told.join(', '))} FROM (
  SELECT ${life}, slot, day, max(counted) AS most, maxIf(counted, here = 1) AS now${raw(timed ? ', min(first) AS firsts, max(last) AS lasts' : '')}${raw(sizes ? ', max(size) AS sizes, max(severe) AS severes' : '')} FROM (
    SELECT ${life}, slot, toDate(ts) AS day, 1 AS here, ${sums}${raw(timed ? ', toNullable(min(ts)) AS first, toNullable(max(ts)) AS last' : '')} FROM (${found}) AS found GROUP BY ${life}, slot, day
    UNION ALL ${kept}
  ) GROUP BY ${life}, slot, day
) GROUP BY ${life}, slot`
}

/** Which span a line lies in that has some and came without a container id, from 1; 0 of any other. */
function slotOf(spans: CountOptions['spans']): Fragment {
  if (spans.size === 0) return raw('0')
  const begins = sql`${bind('Array(Array(Int64))', [...spans.values()])}[indexOf(${strs([...spans.keys()])}, ${spanKeyOfRow})]`
  return sql`if(container_id = '', arrayCount(begin -> begin <= toUnixTimestamp64Nano(ts), ${begins}), 0)`
}

function hoursOf({ first, last }: LineBounds): Fragment {
  return sql`toStartOfHour(ts) >= toStartOfHour(${instant(first)}) AND toStartOfHour(ts) <= toStartOfHour(${instant(last)})`
}
