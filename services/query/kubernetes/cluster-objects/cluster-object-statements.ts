// Statements of the namespaces, nodes and owners that facts, lines or records name.
import { sql, statement, str, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable, type TenantTable } from '#shared/clickhouse/tenant-scope.ts'

export interface NamespaceRow {
  name: string
  /** Epoch ns as decimal text, 0 where no fact says it. */
  born: string
}

/** Rows: NamespaceRow. */
export function namespaces(tenant: string): Fragment {
  const of = (table: TenantTable): Fragment => sql`${fromTable(tenant, table)} AND namespace != ''`
  return statement(
    'namespaces',
    sql`SELECT name, toString(minIf(begun, begun > 0)) AS born FROM (
  SELECT value AS name, first_seen AS begun ${fromTable(tenant, 'pod_lookup')} AND kind = 'namespace'
  UNION ALL SELECT toString(namespace) AS name, toUnixTimestamp64Nano(first_time) AS begun ${of('events')}
) GROUP BY name ORDER BY name`,
  )
}

export interface NodeRow {
  name: string
  born: string
  /** 1 where a watch reported DELETED. */
  gone: number
  /** The Node as JSON, '' where Kubernetes reported none. */
  object: string
}

/** The newest Node of each name. Rows: NodeRow. */
export function nodes(tenant: string): Fragment {
  const of = (table: TenantTable): Fragment => sql`${fromTable(tenant, table)} AND node != ''`
  return statement(
    'nodes',
    sql`SELECT name, toString(minIf(begun, begun > 0)) AS born, toUInt32(argMax(is_gone, rank)) AS gone,
    argMax(reported, rank) AS object FROM (
  SELECT name, ifNull(toUnixTimestamp64Nano(created_at), 0) AS begun, (1, version) AS rank, gone AS is_gone,
    object AS reported ${fromTable(tenant, 'nodes', { final: true })}
  UNION ALL SELECT toString(node) AS name, ifNull(toUnixTimestamp64Nano(started_at), 0) AS begun,
    (0, toUInt64(0)) AS rank, 0 AS is_gone, '' AS reported ${of('pods')}
  UNION ALL SELECT node AS name, toUnixTimestamp64Nano(first_line) AS begun, (0, toUInt64(0)) AS rank, 0 AS is_gone,
    '' AS reported ${of('lines_of_lives')}
) GROUP BY name ORDER BY name`,
  )
}

export const ownerKinds = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'] as const
export type OwnerKind = (typeof ownerKinds)[number]

export interface OwnerRow {
  namespace: string
  name: string
  /** Epoch ns of its first pod, as decimal text. */
  born: string
  pods: number
  /** Labels that all pods of the owner have in common. */
  labels: [string, string][]
}

/** Owners of this kind that pods name, or that follow from the names of pods' owners. Rows: OwnerRow. */
export function owners(tenant: string, kind: OwnerKind): Fragment {
  const of = str(kind)
  return statement(
    'owners',
    sql`SELECT toString(namespace) AS namespace, if(owner_kind = ${of}, owner_name, controller_name) AS name,
    toString(ifNull(min(toUnixTimestamp64Nano(created_at)), 0)) AS born, toUInt32(count()) AS pods,
    groupArrayIntersect(arrayZip(mapKeys(labels), mapValues(labels))) AS labels
  ${fromTable(tenant, 'pods', { final: true })} AND (owner_kind = ${of} OR controller_kind = ${of})
  GROUP BY namespace, name ORDER BY namespace, name`,
  )
}
