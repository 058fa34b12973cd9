// The page of GET /v1/pods: which pods, in which order, without their details. The cheap half of two steps: everything else is
// asked only for the pods of the page (plan/pod-details.ts). Three sources make one list: what Kubernetes said of pods, the first
// and last line of their lives (never counts), and Events on pods that nothing else told of.
import { bind, int, join, raw, sql, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import type { Outcome } from '#shared/lifecycle/evidence.ts'
import { candidates } from './pod-candidates.ts'
import { resolvedLines, underApiUid } from './pod-sources.ts'

/** Values of one filter are ORed, different filters ANDed; an absent one does not restrict. */
export interface PodFilter {
  tenant: string
  cluster?: readonly string[] | undefined
  namespace?: readonly string[] | undefined
  name?: readonly string[] | undefined
  node?: readonly string[] | undefined
  /** `Deployment/cart` or `cart`: what people call the owner, or the controller itself. */
  owner?: readonly string[] | undefined
  /** Narrows to pods that can have one of these outcomes; podOutcome decides. */
  outcome?: readonly Outcome[] | undefined
  /** Epoch ns: pods that were seen at some time in [from, to). */
  from?: bigint | undefined
  to?: bigint | undefined
}

/** Where a traversal stands. */
export interface PodPosition {
  last: bigint
  uid: string
  /** The newest lastSeen when the traversal began: pods first seen later are not part of it. */
  since: bigint
  /** Hashes of visited pods that may have moved up since by speaking; undefined once they were too many to carry. */
  visited: readonly number[] | undefined
}

export interface PodKey {
  uid: string
  /** Epoch ns as decimal text, 0 where nobody told a time. */
  first: string
  last: string
  hash: number
}

/** Newest lastSeen first, then by uid. Rows: PodKey. */
export function podKeys(filter: PodFilter, position: PodPosition | undefined, limit: number): Fragment {
  const conditions = [...seenBetween(filter), ...ofAttributes(filter), ...(position === undefined ? [] : [after(position)])]
  if (filter.outcome !== undefined) conditions.push(candidates(filter.tenant, filter.outcome))
  return sql`SELECT uid, toString(first) AS first, toString(last) AS last, ${hashOf} AS hash FROM (
SELECT uid, first, last FROM (
  SELECT uid, if(max(rank) = 0, min(begun), minIf(begun, rank > 0 AND begun > 0)) AS first, if(max(rank) = 0, max(seen), maxIf(seen, rank > 0)) AS last${attributes(filter, aggregates)}
  FROM (${join(sources(filter), '\n    UNION ALL ')})
  GROUP BY uid
)
${conditions.length === 0 ? raw('') : sql`WHERE ${join(conditions, ' AND ')}`}
ORDER BY last DESC, uid LIMIT ${uint(limit)}) AS page ORDER BY page.last DESC, uid`
}

const hashOf = raw('toUInt32(bitAnd(cityHash64(uid), 4294967295))')

type Attribute = 'cluster' | 'node' | 'owners'

const needed = ({ cluster, node, owner }: PodFilter): Attribute[] => [
  ...(cluster === undefined ? [] : (['cluster'] as const)),
  ...(node === undefined ? [] : (['node'] as const)),
  ...(owner === undefined ? [] : (['owners'] as const)),
]

const aggregates: Record<Attribute, string> = {
  cluster: ', argMax(cluster, rank) AS cluster',
  node: ", argMaxIf(node, rank, node != '') AS node",
  owners: ', argMax(owners, rank) AS owners',
}

// Columns that only some filters need are only read for them.
function attributes(filter: PodFilter, columns: Record<Attribute, string>): Fragment {
  return raw(
    needed(filter)
      .map((name) => columns[name])
      .join(''),
  )
}

function sources(filter: PodFilter): Fragment[] {
  const { tenant } = filter
  const told: Record<Attribute, string> = {
    cluster: ', cluster',
    node: ', node',
    owners:
      ", [concat(owner_kind, '/', owner_name), owner_name, concat(controller_kind, '/', controller_name), controller_name] AS owners",
  }
  const spoken: Record<Attribute, string> = {
    cluster: ', cluster',
    node: ', node',
    owners: ", CAST([], 'Array(String)') AS owners",
  }
  const seen: Record<Attribute, string> = { ...spoken, cluster: ', cluster', node: ', host AS node' }
  const named = (namespace: string, name: string) => [
    ...(filter.namespace === undefined ? [] : [sql` AND ${raw(namespace)} IN ${strs(filter.namespace)}`]),
    ...(filter.name === undefined ? [] : [sql` AND ${raw(name)} IN ${strs(filter.name)}`]),
  ]
  const where = (namespace: string, name: string) => join(named(namespace, name), '')
  const of = sql`AND tenant = ${str(tenant)}`
  const lines = [
    ...underApiUid(
      tenant,
      'life_lines.pod_uid',
      (
        uid,
        tail,
      ) => sql`SELECT ${uid} AS uid, 1 AS rank, toUnixTimestamp64Nano(first_line) AS begun, toUnixTimestamp64Nano(last_line) AS seen${attributes(filter, spoken)}
    FROM life_lines ${tail} ${of} AND pod_uid != ''${where('namespace', 'pod')}`,
    ),
    sql`SELECT resolved AS uid, 1 AS rank, toUnixTimestamp64Nano(first_line) AS begun, toUnixTimestamp64Nano(last_line) AS seen${attributes(filter, spoken)}
    FROM (${resolvedLines(tenant)}) WHERE 1${where('namespace', 'pod')}`,
  ]
  if (needed(filter).length === 0) {
    // Merged to one row per pod, where the tables themselves have a row per version and per Event.
    const seenOnce = underApiUid(
      tenant,
      'pods_seen.uid',
      (
        uid,
        tail,
      ) => sql`SELECT ${uid} AS uid, if(told = 1, 2, 0) AS rank, if(told = 1, if(told_first = ${unset}, 0, told_first), event_first) AS begun,
      if(told = 1, told_last, event_last) AS seen FROM pods_seen ${tail} ${of}${where('namespace', 'name')}`,
    )
    return [...seenOnce, ...lines]
  }
  return [
    sql`SELECT uid, 2 AS rank, toUnixTimestamp64Nano(ifNull(created_at, toDateTime64(0, 9, 'UTC'))) AS begun, toUnixTimestamp64Nano(ifNull(status_at, toDateTime64(0, 9, 'UTC'))) AS seen${attributes(filter, told)}
    FROM pods WHERE tenant = ${str(tenant)}${where('namespace', 'name')}`,
    ...lines,
    ...underApiUid(
      tenant,
      'events.involved_uid',
      (
        uid,
        tail,
      ) => sql`SELECT ${uid} AS uid, 0 AS rank, toUnixTimestamp64Nano(first_time) AS begun, toUnixTimestamp64Nano(last_time) AS seen${attributes(filter, seen)}
    FROM events ${tail} ${of} AND involved_kind = 'Pod' AND involved_uid != ''${where('involved_namespace', 'involved_name')}`,
    ),
  ]
}

/** The neutral element of a minimum in pods_seen. */
const unset = raw('9223372036854775807')

function seenBetween({ from, to }: PodFilter): Fragment[] {
  return [...(from === undefined ? [] : [sql`last >= ${int(from)}`]), ...(to === undefined ? [] : [sql`first < ${int(to)}`])]
}

function ofAttributes({ cluster, node, owner }: PodFilter): Fragment[] {
  return [
    ...(cluster === undefined ? [] : [sql`cluster IN ${strs(cluster)}`]),
    ...(node === undefined ? [] : [sql`node IN ${strs(node)}`]),
    ...(owner === undefined ? [] : [sql`hasAny(owners, ${strs(owner.filter((name) => name !== ''))})`]),
  ]
}

// A pod that speaks while pages are turned moves up, past the cursor: it is visited late, and once.
function after({ last, uid, since, visited }: PodPosition): Fragment {
  const below = sql`(last < ${int(last)} OR (last = ${int(last)} AND uid > ${str(uid)}))`
  if (visited === undefined) return below
  return sql`(${below} OR (first <= ${int(since)} AND (last > ${int(last)} OR uid < ${str(uid)}) AND uid != ${str(uid)} AND NOT has(${bind('Array(UInt32)', visited)}, ${hashOf})))`
}
