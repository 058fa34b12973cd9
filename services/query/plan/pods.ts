// The page of GET /v1/pods: which pods, in which order, without their details. The cheap half of two steps: everything else is
// asked only for the pods of the page (plan/pod-details.ts). pods_seen has the first and last time of every pod that Kubernetes, an
// Event or a line with a uid told of; lines without one are beside it.
import { bind, int, join, raw, sql, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import type { Outcome } from '#shared/lifecycle/evidence.ts'
import { hasAttributes, living } from './pod-attributes.ts'
import { candidates } from './pod-candidates.ts'
import { handleSets, leadsTo, type PodHandles, type Presence } from './pod-handles.ts'
import { namedLike, namelessRows } from './nameless.ts'
import { namelessNamesOf, resolvedLines, underApiUid } from './pod-sources.ts'

/** Values of one filter are ORed, different filters ANDed; an absent one does not restrict. */
export interface PodFilter extends PodHandles {
  tenant: string
  cluster?: readonly string[] | undefined
  namespace?: readonly string[] | undefined
  name?: readonly string[] | undefined
  /** Narrows to pods that can have one of these outcomes; podOutcome decides. */
  outcome?: readonly Outcome[] | undefined
  /** Epoch ns: pods that were seen at some time in [from, to). */
  from?: bigint | undefined
  to?: bigint | undefined
  /** Epoch ns: pods that lived at that time. */
  at?: bigint | undefined
}

/** Where a traversal stands. */
export interface PodPosition {
  last: bigint
  uid: string
  /** The newest lastSeen when the traversal began: pods first seen later are not part of it. */
  since: bigint
  /** hashOf of visited pods that may have moved up since by speaking; undefined once they were too many to carry. */
  visited: readonly number[] | undefined
}

/** A pod that is over and was last seen so long before `since` does not move any more. */
export const settledNs = 600_000_000_000n

export interface PodKey {
  uid: string
  /** Epoch ns as decimal text, 0 where nobody told a time. */
  first: string
  last: string
  /** When anything about it was stored last, epoch ms by the store's clock as decimal text; `alwaysNew` of lines that came without a uid. */
  marked: string
}

/** What is marked so is never as it was. */
export const alwaysNew = '9223372036854775807'

/** Where a source places a pod. */
export interface PlacedRow {
  /** As the source carries it; of lines that came without one, as they are resolved. */
  uid: string
  /** Epoch ns as decimal text. */
  seen: string
}

/** What was stored under these uids, as it is: every expression would take longer to plan than to make. Binary rows of read/seen-rows.ts. */
export const toldOf = (filter: PodFilter, uids: readonly string[]): Fragment =>
  sql`SELECT uid, told, told_first, told_last, event_first, event_last, line_first, line_last, marked FROM pods_seen WHERE ${join([ofTenant(filter), sql`uid IN ${strs(uids)}`, ...named(filter, 'name')], ' AND ')}`

/** Lines that came without a uid and may be of these pods. Rows: NamelessRow. */
export const namelessOf = (filter: PodFilter, uids: readonly string[]): Fragment =>
  namelessRows(filter.tenant, [...named(filter, 'pod'), namedLike(filter.tenant, uids)])

/** Which of these are what the filter asks for beyond their handles, names and times. Rows: uid; undefined where it asks for nothing more. */
export function fitting(filter: PodFilter, presence: Presence, uids: readonly string[]): Fragment | undefined {
  const { tenant, outcome } = filter
  const conditions = [
    ...hasAttributes(filter, { tenant, presence, among: uids }),
    ...(outcome === undefined ? [] : [candidates(tenant, outcome)]),
  ]
  if (conditions.length === 0) return undefined
  return sql`SELECT uid FROM (SELECT arrayJoin(${strs(uids)}) AS uid) WHERE ${join(conditions, ' AND ')}`
}

/** Which of these every handle of the filter leads to. Rows: uid. */
export const ledToByAll = (filter: PodFilter, presence: Presence, uids: readonly string[]): Fragment =>
  sql`SELECT uid FROM (SELECT arrayJoin(${strs(uids)}) AS uid) WHERE ${join(
    handleSets(filter.tenant, filter, presence).map((set) => sql`uid IN (${set})`),
    ' AND ',
  )}`

/** The newest `rows` of what was told with uids: pods whose lastSeen is later than the last of so many rows are sure to be here. Rows: PlacedRow. */
export function newestTold(filter: PodFilter, position: PodPosition | undefined, rows: number, presence: Presence): Fragment {
  const { tenant } = filter
  const sets = handleSets(tenant, filter, presence).map((set) => leadsTo(tenant, raw('uid'), set, presence))
  const conditions = [ofTenant(filter), ...sets, ...named(filter, 'name'), ...reach(filter, position, raw('seen'), raw('uid'))]
  return sql`SELECT uid, ${seenOf} AS seen FROM pods_seen WHERE ${join(conditions, ' AND ')} ORDER BY seen DESC LIMIT ${uint(rows)}`
}

/**
 * The newest of lines that came without a uid. Rows: NamelessRow. Of pods that handles lead to, only those that may be of one by name: whose
 * they are is known when they have been read.
 */
export function newestNameless(filter: PodFilter, position: PodPosition | undefined, rows: number, presence: Presence): Fragment {
  const [handle] = handleSets(filter.tenant, filter, presence)
  const seen = raw('toUnixTimestamp64Nano(last_line)')
  return namelessRows(
    filter.tenant,
    [
      ...named(filter, 'pod'),
      ...reach(filter, position, seen, undefined),
      ...(handle === undefined ? [] : [namelessNamesOf(filter.tenant, handle)]),
    ],
    rows,
  )
}

/** Of every pod, newest lastSeen first, then by uid: what read/group-keys.ts does of some. Rows: PodKey. */
export function podKeys(filter: PodFilter, position: PodPosition | undefined, limit: number, presence: Presence): Fragment {
  const { tenant, at, outcome } = filter
  const conditions = [
    ...seenBetween(filter),
    ...(at === undefined ? [] : [sql`first <= ${int(at)} AND (last >= ${int(at)} OR uid IN (${living(tenant)}))`]),
    ...hasAttributes(filter, { tenant, presence, among: undefined }),
    ...(position === undefined ? [] : [after(position)]),
    ...(outcome === undefined ? [] : [candidates(tenant, outcome)]),
  ]
  return sql`SELECT uid, toString(first) AS first, toString(last) AS last, toString(mark) AS marked FROM (
SELECT uid, first, last, mark FROM (
  SELECT uid, if(max(spoke) = 0, min(begun), minIf(begun, spoke AND begun > 0)) AS first, if(max(spoke) = 0, max(seen), maxIf(seen, spoke)) AS last, max(toldAt) AS mark
  FROM (${join(sources(filter, presence), '\n    UNION ALL ')})
  GROUP BY uid
)
${conditions.length === 0 ? raw('') : sql`WHERE ${join(conditions, ' AND ')}`}
ORDER BY last DESC, uid LIMIT ${uint(limit)}) AS page ORDER BY page.last DESC, uid`
}

/** PodPosition.visited, as read/group-keys.ts makes it. */
const hashOf = raw('CRC32(uid)')

/** Expressions on pods_seen. */
const spoke = raw('(told = 1 OR line_last > 0)')
const seenOf = sql`if(${spoke}, greatest(told_last, line_last), event_last)`
/** The neutral element of a minimum in pods_seen. */
const unset = raw('9223372036854775807')
const begunOf = sql`if(${spoke}, if(least(told_first, line_first) = ${unset}, 0, least(told_first, line_first)), event_first)`

const seenRow = (uid: Fragment): Fragment =>
  sql`SELECT ${uid} AS uid, ${spoke} AS spoke, ${begunOf} AS begun, ${seenOf} AS seen, toUnixTimestamp64Milli(marked) AS toldAt`

const ofTenant = ({ tenant }: PodFilter): Fragment => sql`tenant = ${str(tenant)}`

const named = ({ namespace, name }: PodFilter, column: 'name' | 'pod'): Fragment[] => [
  ...(namespace === undefined ? [] : [sql`namespace IN ${strs(namespace)}`]),
  ...(name === undefined ? [] : [sql`${raw(column)} IN ${strs(name)}`]),
]

function sources(filter: PodFilter, presence: Presence): Fragment[] {
  const { tenant } = filter
  const handles = handleSets(tenant, filter, presence)
  const told = underApiUid(
    tenant,
    'pods_seen.uid',
    (uid, tail) =>
      sql`${seenRow(uid)} FROM pods_seen ${tail} AND ${join([ofTenant(filter), ...handles.map((set) => sql`${uid} IN (${set})`), ...named(filter, 'name')], ' AND ')}`,
    presence.mirrored,
  )
  if (!presence.nameless) return told
  const names = [...named(filter, 'pod'), ...handles.slice(0, 1).map((set) => namelessNamesOf(tenant, set))]
  const conditions = [raw('1'), ...handles.map((set) => sql`resolved IN (${set})`)]
  const lines = resolvedLines(tenant, names.length === 0 ? undefined : join(names, ' AND '))
  return [
    ...told,
    sql`SELECT resolved AS uid, 1 AS spoke, toUnixTimestamp64Nano(first_line) AS begun, toUnixTimestamp64Nano(last_line) AS seen, ${raw(alwaysNew)} AS toldAt
    FROM (${lines}) AS nameless WHERE ${join(conditions, ' AND ')}`,
  ]
}

function reach({ from }: PodFilter, position: PodPosition | undefined, seen: Fragment, uid: Fragment | undefined): Fragment[] {
  return [
    ...(from === undefined ? [] : [sql`${seen} >= ${int(from)}`]),
    ...(position === undefined ? [] : [within(position, seen, uid)]),
  ]
}

function seenBetween({ from, to }: PodFilter): Fragment[] {
  return [...(from === undefined ? [] : [sql`last >= ${int(from)}`]), ...(to === undefined ? [] : [sql`first < ${int(to)}`])]
}

// A pod that speaks while pages are turned moves up, past the cursor: it is visited late, and once. What is settled stays where it is.
function after({ last, uid, since, visited }: PodPosition): Fragment {
  const below = sql`(last < ${int(last)} OR (last = ${int(last)} AND uid > ${str(uid)}))`
  if (visited === undefined) return below
  return sql`(${below} OR (first <= ${int(since)} AND last > ${int(since - settledNs)} AND ${notVisited(visited)}))`
}

/** What rows of pods behind the position may be like. */
function within({ last, since, visited }: PodPosition, seen: Fragment, uid: Fragment | undefined): Fragment {
  const below = sql`${seen} <= ${int(last)}`
  if (visited === undefined) return below
  return sql`(${below} OR (${seen} > ${int(since - settledNs)}${uid === undefined ? raw('') : sql` AND ${notVisited(visited)}`}))`
}

const notVisited = (visited: readonly number[]): Fragment => sql`NOT has(${bind('Array(UInt32)', visited)}, ${hashOf})`
