// Pure: statements about records and the handles that lead to them. Each statement reads a run of one key, so its cost
// depends on the page, or on how many pods a handle leads to (decision 0016).
import { int, join, raw, sql, statement, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import type { HandleKind } from '#shared/pod-model/handles.ts'
import { uidPrefixMin, type PodFilter } from './pod-filter.ts'

export type PodSort = 'created' | 'died'

/** A place in a list. */
export interface PodPlace {
  rank: bigint
  uid: string
}

export interface LookupRow {
  /** The rank in the asked order, as decimal text. */
  rank: string
  uid: string
}

/** Which run of pod_lookup a statement reads. */
export interface Run {
  kind: HandleKind
  /** Another kind, whose rows are read too. */
  or?: HandleKind
  /** A condition on `value`. */
  value: Fragment
  /** A condition on `uid`. */
  uid?: Fragment
}

/** An order, as the list stood at the revision `since` (epoch µs). */
export interface PodOrder {
  sort: PodSort
  since: bigint
}

/**
 * Pods of a run behind a place, in order, at most `limit` rows. A pod whose handle was written again may have two rows,
 * and handles that were taken back have rows too. Rows: LookupRow.
 */
export function podsOfRun(
  filter: PodFilter,
  run: Run,
  { sort, since }: PodOrder,
  after: PodPlace | undefined,
  limit: number,
): Fragment {
  const isByDeath = sort === 'died' && run.kind !== 'dead'
  const rank = isByDeath ? deathRankAt(since) : raw('pod_lookup.rank')
  const conditions = [
    sql`${fromTable(filter.tenant, 'pod_lookup')} AND ${ofKind(run)} AND ${run.value}`,
    ...(run.uid === undefined ? [] : [run.uid]),
    ...(sort === 'died' ? [sql`(died_rank < ${int(never)} OR notEmpty(death_moves) OR is_deleted = 1)`] : []),
    // The engine reads from a rank on, but every row in front of a pair.
    ...(after === undefined || isByDeath ? [] : [sql`pod_lookup.rank >= ${int(after.rank)}`]),
    ...(after === undefined ? [] : [sql`(${rank}, uid) > (${int(after.rank)}, ${str(after.uid)})`]),
    ...narrowing(filter),
  ]
  return statement(
    'pods-of-run',
    sql`SELECT toString(${rank}) AS rank, uid
  ${join(conditions, ' AND ')} ORDER BY ${rank}, uid LIMIT ${uint(limit)}`,
  )
}

export interface RunRows {
  /** Which of the runs, from 0. */
  run: number
  /** Decimal text. */
  rows: string
}

/** How many rows each of the runs has, at most `limit` each. Rows: RunRows. */
export function rowsOfRuns(tenant: string, runs: readonly Run[], limit: number): Fragment {
  const counts = runs.map(
    (run, i) => sql`SELECT ${uint(i)} AS run, toString(count()) AS rows FROM (
    SELECT 1 ${fromTable(tenant, 'pod_lookup')} AND ${ofKind(run)} AND ${run.value} LIMIT ${uint(limit)})`,
  )
  return statement('rows-of-runs', join(counts, ' UNION ALL '))
}

/**
 * The rank by death at the revision `since`. Only the run of the dead has a row for each rank that a pod has had; a row
 * of another run has the rank of now and the moves: the first move after `since` started at the rank of that time.
 */
const deathRankAt = (since: bigint): Fragment => {
  const isLater = sql`move -> move.1 >= ${uint(since)}`
  return sql`if(arrayExists(${isLater}, death_moves), arrayFirst(${isLater}, death_moves).2, died_rank)`
}

const ofKind = ({ kind, or }: Run): Fragment =>
  or === undefined ? sql`kind = ${str(kind)}` : sql`kind IN ${strs([kind, or])}`

const never = 9_223_372_036_854_775_807n

/** Conditions that the newest row of a pod fulfils wherever its record matches the filter. */
function narrowing({ cluster, namespace, name, node, outcome, from, to, at }: PodFilter): Fragment[] {
  const oneOf = (column: string, values: readonly string[] | undefined): Fragment[] =>
    values === undefined ? [] : [sql`${raw(column)} IN ${strs(values)}`]
  return [
    ...oneOf('cluster', cluster),
    ...oneOf('namespace', namespace),
    ...oneOf('name', name),
    ...oneOf('node', node),
    ...oneOf('outcome', outcome),
    ...(from === undefined ? [] : [sql`last_seen >= ${int(from)}`]),
    ...(to === undefined ? [] : [sql`first_seen < ${int(to)}`]),
    ...(at === undefined ? [] : [sql`first_seen <= ${int(at)} AND last_seen >= ${int(at)}`]),
  ]
}

export interface RecordRow {
  uid: string
  revision: string
  isDeleted: number
  /** JSON of a PodRecord. */
  record: string
}

/** The newest records of some pods, at most one each. Rows: RecordRow. */
export const recordsOf = (tenant: string, uids: readonly string[]): Fragment =>
  statement(
    'records',
    sql`SELECT uid, toString(pod_revisions.revision) AS revision, is_deleted AS isDeleted, record
  ${fromTable(tenant, 'pod_revisions', { prewhere: true })} AND uid IN ${strs(uids)}
  ORDER BY uid, pod_revisions.revision DESC LIMIT 1 BY uid`,
  )

/** Whether a column is one of these uids, or begins with one that has `uidPrefixMin` characters or more. */
export const beginsAs = (column: 'uid' | 'alias', prefixes: readonly string[]): Fragment =>
  sql`(${join(
    prefixes.map((uid) =>
      uid.length < uidPrefixMin ? sql`${raw(column)} = ${str(uid)}` : sql`startsWith(${raw(column)}, ${str(uid)})`,
    ),
    ' OR ',
  )})`

const byLogUid = (tenant: string, prefixes: readonly string[]): Fragment =>
  sql`SELECT uid ${fromTable(tenant, 'pod_aliases')} AND kind = 'log-uid' AND ${beginsAs('alias', prefixes)}`

/**
 * Pods whose uid, or the uid of whose log path, is or begins with one of `prefixes`; at most `limit`. Rows: { uid }.
 */
export const uidsLike = (tenant: string, prefixes: readonly string[], limit: number): Fragment =>
  statement(
    'uids-like',
    sql`SELECT DISTINCT uid FROM (
    SELECT uid ${fromTable(tenant, 'pod_revisions')} AND ${beginsAs('uid', prefixes)}
    GROUP BY uid HAVING argMax(is_deleted, pod_revisions.revision) = 0
    UNION ALL ${byLogUid(tenant, prefixes)}) LIMIT ${uint(limit)}`,
  )

/** The same as `uidsLike`, by the uids of log paths alone. Rows: { uid }. */
export const logUidsLike = (tenant: string, prefixes: readonly string[], limit: number): Fragment =>
  statement('log-uids-like', sql`SELECT DISTINCT uid FROM (${byLogUid(tenant, prefixes)}) LIMIT ${uint(limit)}`)

/** Pods that ever had one of these addresses; at most `limit`. Rows: { uid }. */
export function podsWithAddress({ tenant, cluster }: PodFilter, { kind, or, value }: Run, limit: number): Fragment {
  const ofClusters = cluster === undefined ? raw('') : sql` AND cluster IN ${strs(cluster)}`
  return statement(
    'pods-with-address',
    sql`SELECT DISTINCT uid ${fromTable(tenant, 'pod_lookup')}
  AND kind IN ${strs([kind, or!])} AND ${value}${ofClusters} LIMIT ${uint(limit)}`,
  )
}

/** Pods that Events with these uids or names are about; at most `limit`. Rows: { uid }. */
export function podsOfEvents(tenant: string, events: readonly string[], limit: number): Fragment {
  // Each column has an index of its own, which a condition with OR would not use.
  const by = (column: string) =>
    sql`SELECT involved_uid AS uid ${fromTable(tenant, 'events')}
  AND events.${raw(column)} IN ${strs(events)} AND involved_kind = 'Pod'`
  return statement(
    'pods-of-events',
    sql`SELECT DISTINCT uid FROM (${by('uid')} UNION ALL ${by('name')})
  LIMIT ${uint(limit)}`,
  )
}
