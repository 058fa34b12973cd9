// The page of GET /v1/pods: which pods, in which order, without their details. The cheap half of two steps: everything else is
// asked only for the pods of the page (plan/pod-details.ts). pods_seen has the first and last time of every pod that Kubernetes, an
// Event or a line with a uid told of; lines without one are beside it.
import { bind, int, join, raw, sql, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import type { Outcome } from '#shared/lifecycle/evidence.ts'
import { hasAttributes, isAlive } from './pod-attributes.ts'
import { candidates } from './pod-candidates.ts'
import { handleSets, type PodHandles, type Presence } from './pod-handles.ts'
import { mirrors, namelessNamesOf, resolvedLines, underApiUid } from './pod-sources.ts'

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
  /** Hashes of visited pods that may have moved up since by speaking; undefined once they were too many to carry. */
  visited: readonly number[] | undefined
}

/** A pod that is over and was last seen so long before `since` does not move any more. */
export const settledNs = 600_000_000_000n

export interface PodKey {
  uid: string
  /** Epoch ns as decimal text, 0 where nobody told a time. */
  first: string
  last: string
  hash: number
  /** When anything about it was stored last, epoch ms by the store's clock as decimal text; `alwaysNew` of lines that came without a uid. */
  marked: string
}

/** What is marked so is never as it was. */
export const alwaysNew = '9223372036854775807'

/** Newest lastSeen first, then by uid; only of `among`, where given. Rows: PodKey. */
export function podKeys(
  filter: PodFilter,
  position: PodPosition | undefined,
  limit: number,
  presence: Presence,
  among?: readonly string[],
): Fragment {
  const { tenant, at, outcome } = filter
  const scope = { tenant, presence, among }
  const conditions = [
    ...seenBetween(filter),
    ...(at === undefined ? [] : [sql`first <= ${int(at)} AND (last >= ${int(at)} OR ${isAlive(tenant, among)})`]),
    ...hasAttributes(filter, scope),
    ...(position === undefined ? [] : [after(position)]),
    ...(outcome === undefined ? [] : [candidates(tenant, outcome)]),
  ]
  return sql`SELECT uid, toString(first) AS first, toString(last) AS last, toString(mark) AS marked, ${hashOf} AS hash FROM (
SELECT uid, first, last, mark FROM (
  SELECT uid, if(max(spoke) = 0, min(begun), minIf(begun, spoke AND begun > 0)) AS first, if(max(spoke) = 0, max(seen), maxIf(seen, spoke)) AS last, max(told_at) AS mark
  FROM (${join(sources(filter, presence, among), '\n    UNION ALL ')})
  GROUP BY uid
)
${conditions.length === 0 ? raw('') : sql`WHERE ${join(conditions, ' AND ')}`}
ORDER BY last DESC, uid LIMIT ${uint(limit)}) AS page ORDER BY page.last DESC, uid`
}

/** PodKey.marked of pods that no mirror annotation and no line without a uid has to do with. Rows: uid, marked. */
export const podMarks = (tenant: string, uids: readonly string[]): Fragment =>
  sql`SELECT uid, toString(toUnixTimestamp64Milli(max(marked))) AS marked FROM pods_seen WHERE tenant = ${str(tenant)} AND uid IN ${strs(uids)} GROUP BY uid`

export interface SeenRow {
  uid: string
  /** Epoch ns as decimal text. */
  seen: string
  /** Which source it is from. */
  nameless: number
}

/**
 * The newest `rows` rows of each source: the pods that podKeys begins with are among theirs. A pod whose lastSeen is later than the
 * last row of every source that gave so many rows is sure to be here. Rows: SeenRow.
 */
export function newestSeen(filter: PodFilter, position: PodPosition | undefined, rows: number, presence: Presence): Fragment {
  const { tenant, from } = filter
  const handles = handleSets(tenant, filter, presence)
  const reach = (seen: Fragment, uid: Fragment | undefined): Fragment[] => [
    ...(from === undefined ? [] : [sql`${seen} >= ${int(from)}`]),
    ...(position === undefined ? [] : [within(position, seen, uid)]),
  ]
  const newest = sql`ORDER BY seen DESC LIMIT ${uint(rows)}`
  const told = sql`SELECT uid, ${seenOf} AS seen FROM pods_seen
    WHERE ${join([...ofPods(filter, raw('uid'), handles), ...named(filter, 'name'), ...reach(raw('seen'), raw('uid'))], ' AND ')} ${newest}`
  const lead = presence.mirrored
    ? sql`SELECT if(api_uid = '', told.uid, api_uid) AS uid, toString(told.seen) AS seen, 0 AS nameless FROM (${told}) AS told LEFT ANY JOIN (${mirrors(tenant)}) AS mirrors ON told.uid = mirror_uid`
    : sql`SELECT uid, toString(told.seen) AS seen, 0 AS nameless FROM (${told}) AS told`
  if (!presence.nameless) return lead
  const lastLine = raw('toUnixTimestamp64Nano(last_line)')
  const only = join(
    [
      raw('1'),
      ...named(filter, 'pod'),
      ...reach(lastLine, undefined),
      ...handles.slice(0, 1).map((set) => namelessNamesOf(tenant, set)),
    ],
    ' AND ',
  )
  const tail = handles.length === 0 ? { tail: sql`ORDER BY last_line DESC LIMIT ${uint(rows)}` } : {}
  return sql`${lead} UNION ALL SELECT resolved AS uid, toString(${lastLine}) AS seen, 1 AS nameless FROM (${resolvedLines(tenant, { only, ...tail })}) AS nameless
    WHERE ${join([raw('1'), ...handles.map((set) => sql`resolved IN (${set})`)], ' AND ')} ORDER BY last_line DESC LIMIT ${uint(rows)}`
}

const hashOf = raw('toUInt32(bitAnd(cityHash64(uid), 4294967295))')

/** Expressions on pods_seen. */
const spoke = raw('(told = 1 OR line_last > 0)')
const seenOf = sql`if(${spoke}, greatest(told_last, line_last), event_last)`
/** The neutral element of a minimum in pods_seen. */
const unset = raw('9223372036854775807')
const begunOf = sql`if(${spoke}, if(least(told_first, line_first) = ${unset}, 0, least(told_first, line_first)), event_first)`

const ofPods = ({ tenant }: PodFilter, uid: Fragment, handles: readonly Fragment[]): Fragment[] => [
  sql`tenant = ${str(tenant)}`,
  ...handles.map((set) => sql`${uid} IN (${set})`),
]

const named = ({ namespace, name }: PodFilter, column: 'name' | 'pod'): Fragment[] => [
  ...(namespace === undefined ? [] : [sql`namespace IN ${strs(namespace)}`]),
  ...(name === undefined ? [] : [sql`${raw(column)} IN ${strs(name)}`]),
]

function sources(filter: PodFilter, presence: Presence, among: readonly string[] | undefined): Fragment[] {
  const { tenant } = filter
  // What is among these was found by its handles already.
  const handles = among === undefined ? handleSets(tenant, filter, presence) : []
  const only = (uid: Fragment): Fragment[] => (among === undefined ? [] : [sql`${uid} IN ${strs(among)}`])
  const told = underApiUid(
    tenant,
    'pods_seen.uid',
    (
      uid,
      tail,
    ) => sql`SELECT ${uid} AS uid, ${spoke} AS spoke, ${begunOf} AS begun, ${seenOf} AS seen, toUnixTimestamp64Milli(marked) AS told_at
    FROM pods_seen ${tail} AND ${join([...ofPods(filter, raw('pods_seen.uid'), handles), ...named(filter, 'name'), ...only(uid)], ' AND ')}`,
    presence.mirrored,
  )
  if (!presence.nameless) return told
  const names = [
    ...named(filter, 'pod'),
    ...(among === undefined ? handles.slice(0, 1) : [sql`SELECT arrayJoin(${strs(among)}) AS uid`]).map((set) =>
      namelessNamesOf(tenant, set),
    ),
  ]
  const conditions = [raw('1'), ...handles.map((set) => sql`resolved IN (${set})`), ...only(raw('resolved'))]
  return [
    ...told,
    sql`SELECT resolved AS uid, 1 AS spoke, toUnixTimestamp64Nano(first_line) AS begun, toUnixTimestamp64Nano(last_line) AS seen, ${raw(alwaysNew)} AS told_at
    FROM (${resolvedLines(tenant, names.length === 0 ? {} : { only: join(names, ' AND ') })}) AS nameless WHERE ${join(conditions, ' AND ')}`,
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
