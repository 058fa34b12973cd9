// Pure: statements about nodes: which there are, what Kubernetes reported of them last, their states over time, their
// Events, and the pods that ended on them. Each reads ranges of keys, but for the names of all nodes.
import type { EventJson } from '#shared/pod-model/pod-detail.ts'
import { int, join, raw, sql, statement, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import { nanoseconds } from '#shared/lines/line-filter.ts'
import { joined } from '#shared/pod-model/handles.ts'

export interface NodeName {
  cluster: string
  name: string
}

export interface NodeNameRow extends NodeName {
  /** Pods that were ever on it, and those that live. */
  pods: number
  living: number
}

export interface NodeFilter {
  tenant: string
  cluster?: readonly string[] | undefined
  name?: readonly string[] | undefined
}

const lives = raw('last_seen = 9223372036854775807')
const oneOf = (column: string, values: readonly string[] | undefined): Fragment =>
  values === undefined ? raw('') : sql` AND ${raw(column)} IN ${strs(values)}`

/** Nodes that Kubernetes reported or that pods name, by cluster and name. Rows: NodeNameRow. */
export function nodeNames({ tenant, cluster, name }: NodeFilter, limit: number, after?: NodeName): Fragment {
  const behind =
    after === undefined ? raw('') : sql` HAVING (cluster, node) > (${str(after.cluster)}, ${str(after.name)})`
  return statement(
    'node-names',
    sql`SELECT cluster, node AS name, sum(of_node) AS pods, sum(alive) AS living FROM (
    SELECT toString(pod_lookup.cluster) AS cluster, value AS node, toFloat64(uniqExact(uid)) AS of_node,
      toFloat64(uniqExactIf(uid, ${lives})) AS alive
    ${fromTable(tenant, 'pod_lookup', { final: true })} AND kind = 'node'${oneOf('pod_lookup.cluster', cluster)}
      ${oneOf('value', name)} GROUP BY cluster, node
    UNION ALL SELECT DISTINCT toString(nodes.cluster) AS cluster, nodes.name AS node, toFloat64(0) AS of_node,
      toFloat64(0) AS alive
    ${fromTable(tenant, 'nodes')}${oneOf('nodes.cluster', cluster)}${oneOf('nodes.name', name)}
  ) GROUP BY cluster, node${behind} ORDER BY cluster, node LIMIT ${uint(limit)}`,
  )
}

export interface NodeRow extends NodeName {
  uid: string
  createdAt: string | null
  gone: number
  reportedAt: string | null
  labels: Record<string, string>
  kubeletVersion: string
  osImage: string
  /** JSON, '' where there is none. */
  addresses: string
  taints: string
}

const named = (names: readonly NodeName[], column: string): Fragment =>
  sql`cluster IN ${strs([...new Set(names.map(({ cluster }) => cluster))])}
    AND ${raw(column)} IN ${strs([...new Set(names.map(({ name }) => name))])}`

/** What Kubernetes reported last of these nodes, and maybe of others of these names. Rows: NodeRow. */
export const reportedNodes = (tenant: string, names: readonly NodeName[]): Fragment =>
  statement(
    'reported-nodes',
    sql`SELECT cluster, name, uid, created_at AS createdAt, gone, status_at AS reportedAt, labels,
      JSONExtractString(object, 'status', 'nodeInfo', 'kubeletVersion') AS kubeletVersion,
      JSONExtractString(object, 'status', 'nodeInfo', 'osImage') AS osImage,
      JSONExtractRaw(object, 'status', 'addresses') AS addresses, JSONExtractRaw(object, 'spec', 'taints') AS taints
    ${fromTable(tenant, 'nodes', { final: true })} AND ${named(names, 'name')}
    ORDER BY version DESC, uid LIMIT 1 BY cluster, name`,
  )

export interface ConditionRow extends NodeName {
  type: string
  status: string
  reason: string
  message: string
  since: string
}

/** The newest state of each condition of these nodes. Rows: ConditionRow. */
export const newestConditions = (tenant: string, names: readonly NodeName[]): Fragment =>
  statement(
    'node-conditions',
    sql`SELECT cluster, node AS name, what AS type, status, reason, message, node_states.since AS since
    ${fromTable(tenant, 'node_states', { final: true })} AND ${named(names, 'node')}
      AND what != 'gone' AND NOT startsWith(what, 'taint:')
    ORDER BY node_states.since DESC, version DESC LIMIT 1 BY cluster, node, what`,
  )

export interface StateRow extends Omit<ConditionRow, 'cluster' | 'name'> {
  /** Of the incarnation of the node: a Node of its name may be made again. */
  uid: string
}

/** States of a node that are read at most, the newest ones. */
export const statesMax = 2000

export interface TimeRange {
  /** Epoch ns. */
  from?: bigint | undefined
  to?: bigint | undefined
}

/**
 * Conditions, taints (`taint:<key>`) and the end (`gone`) of a node that began before `to`, newest first. Rows: StateRow.
 */
export const statesOfNode = (tenant: string, { cluster, name }: NodeName, { to }: TimeRange): Fragment =>
  statement(
    'states-of-node',
    sql`SELECT what AS type, status, reason, message, node_states.since AS since, node_uid AS uid
    ${fromTable(tenant, 'node_states', { final: true })} AND cluster = ${str(cluster)} AND node = ${str(name)}
      ${to === undefined ? raw('') : sql` AND node_states.since < ${nanoseconds(to)}`}
    ORDER BY node_states.since DESC, version DESC, what, status LIMIT ${uint(statesMax)}`,
  )

export type NodeEventRow = Omit<EventJson, 'container'>

export const eventsMax = 500

/**
 * The newest Events on a node that have a time in the range. A kubelet gives them the name of its node as uid, a
 * controller the uid. Rows: NodeEventRow.
 */
export const eventsOfNode = (tenant: string, { cluster, name }: NodeName, { from, to }: TimeRange): Fragment =>
  statement(
    'events-of-node',
    sql`SELECT type, reason, message, toFloat64(events.count) AS count, first_time AS firstTime, last_time AS lastTime,
      component, host
    ${fromTable(tenant, 'events', { final: true })} AND involved_uid GLOBAL IN (SELECT ${str(name)} UNION ALL SELECT ''
        UNION ALL SELECT uid ${fromTable(tenant, 'nodes')} AND nodes.cluster = ${str(cluster)}
          AND nodes.name = ${str(name)})
      AND involved_kind = 'Node' AND involved_name = ${str(name)} AND events.cluster = ${str(cluster)}
      ${from === undefined ? raw('') : sql` AND last_time >= ${nanoseconds(from)}`}
      ${to === undefined ? raw('') : sql` AND first_time < ${nanoseconds(to)}`}
    ORDER BY last_time DESC, first_time DESC, uid LIMIT ${uint(eventsMax)}`,
  )

export interface EndedRow {
  rank: string
  uid: string
}

/** Pods that ended on a node in the range, newest first, by rank: minus the epoch ns of the end. Rows: EndedRow. */
export function podsEndedOn(
  tenant: string,
  { cluster, name }: NodeName,
  { from, to, outcome, after, limit }: EndedRequest,
): Fragment {
  const conditions = [
    sql`${fromTable(tenant, 'pod_lookup', { final: true })} AND kind = 'ended-on'
      AND value = ${str(joined(cluster, name))}`,
    ...(to === undefined ? [] : [sql`pod_lookup.rank > ${int(-to)}`]),
    ...(from === undefined ? [] : [sql`pod_lookup.rank <= ${int(-from)}`]),
    ...(outcome === undefined ? [] : [sql`outcome IN ${strs(outcome)}`]),
    ...(after === undefined ? [] : [sql`(pod_lookup.rank, uid) > (${int(after.rank)}, ${str(after.uid)})`]),
  ]
  return statement(
    'pods-ended-on',
    sql`SELECT DISTINCT toString(pod_lookup.rank) AS rank, uid ${join(conditions, ' AND ')}
    ORDER BY pod_lookup.rank, uid LIMIT ${uint(limit)}`,
  )
}

export interface EndedRequest extends TimeRange {
  outcome?: readonly string[] | undefined
  after?: { rank: bigint; uid: string } | undefined
  limit: number
}
