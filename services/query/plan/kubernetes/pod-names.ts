// Pods by the names that they have under /k8s: the newest of a name has the name, older ones NAME.UIDPREFIX. In the order of Kubernetes,
// by namespace and name; a page starts behind its last key, so that its cost does not grow with what came before.
import { int, join, raw, sql, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { resolvedLines, underApiUid } from '../pod-sources.ts'

export interface NamedPod {
  uid: string
  namespace: string
  name: string
  /** Epoch ns as decimal text, 0 where nobody told. */
  born: string
  /** 1 is the newest of its name. */
  nth: number
  /** What names it among pods of one name: its uid, or a hash of one that cannot stand in a path. */
  handle: string
  /** Pods of its name whose handles begin with the same 8 letters, itself included. */
  alike: number
}

export interface NamePosition {
  namespace: string
  name: string
  born: bigint
  uid: string
}

export interface NameFilter {
  tenant: string
  namespace?: string | undefined
  names?: readonly string[] | undefined
  /** Conditions on uid. */
  conditions?: readonly Fragment[]
}

/** Rows: NamedPod. */
export function namedPods(
  { tenant, namespace, names, conditions = [] }: NameFilter,
  after: NamePosition | undefined,
  limit: number,
): Fragment {
  // Where every name is wanted, the next names are enough: those behind them need not be numbered.
  const reach = conditions.length > 0 || names !== undefined ? undefined : lastOfNext({ tenant, namespace }, after, limit)
  const within = (ofNamespace: string, ofName: string): Fragment =>
    join(
      [
        sql`${raw(ofNamespace)} != '' AND tenant = ${str(tenant)}`,
        ...(namespace === undefined ? [] : [sql`${raw(ofNamespace)} = ${str(namespace)}`]),
        ...(names === undefined ? [] : [sql`${raw(ofName)} IN ${strs(names)}`]),
        ...(after === undefined
          ? []
          : [sql`(${raw(ofNamespace)}, ${raw(ofName)}) >= (${str(after.namespace)}, ${str(after.name)})`]),
        ...(reach === undefined ? [] : [sql`(${raw(ofNamespace)}, ${raw(ofName)}) <= (${reach})`]),
      ],
      ' AND ',
    )
  const wanted = [...conditions, ...(after === undefined ? [] : [behind(after)])]
  return sql`SELECT uid, namespace, name, toString(listed.born) AS born, toUInt32(nth) AS nth, handle, toUInt32(alike) AS alike FROM (
  SELECT uid, namespace, name, born, handle, row_number() OVER (PARTITION BY namespace, name ORDER BY born DESC, uid) AS nth,
    count() OVER (PARTITION BY namespace, name, substring(handle, 1, 8)) AS alike
  FROM (
    SELECT uid, argMax(of_namespace, rank) AS namespace, argMax(of_name, rank) AS name, if(max(rank) = 0, min(begun), minIf(begun, rank > 0 AND begun > 0)) AS born,
      if(match(uid, '^[0-9A-Za-z_-]+$'), uid, concat('unresolved-', lower(hex(cityHash64(uid))))) AS handle
    FROM (${join(sources(tenant, within), '\n    UNION ALL ')}) GROUP BY uid
  )
) AS listed${wanted.length === 0 ? raw('') : sql` WHERE ${join(wanted, ' AND ')}`}
ORDER BY namespace, name, listed.born DESC, uid LIMIT ${uint(limit)}`
}

/** One row: (namespace, name) of the last of the next `limit` names; behind every name where there are no more of them. */
function lastOfNext({ tenant, namespace }: NameFilter, after: NamePosition | undefined, limit: number): Fragment {
  const where = join(
    [
      sql`tenant = ${str(tenant)} AND namespace != ''`,
      ...(namespace === undefined ? [] : [sql`namespace = ${str(namespace)}`]),
      ...(after === undefined ? [] : [sql`(toString(namespace), name) >= (${str(after.namespace)}, ${str(after.name)})`]),
    ],
    ' AND ',
  )
  return sql`SELECT if(count() < ${uint(limit + 1)}, (unhex('FF'), unhex('FF')), max((of_namespace, of_name))) FROM (
    SELECT DISTINCT toString(namespace) AS of_namespace, name AS of_name FROM pods_seen WHERE ${where} ORDER BY of_namespace, of_name LIMIT ${uint(limit + 1)})`
}

function behind({ namespace, name, born, uid }: NamePosition): Fragment {
  return sql`(namespace, name, -listed.born, uid) > (${str(namespace)}, ${str(name)}, ${int(-born)}, ${str(uid)})`
}

function sources(tenant: string, within: (namespace: string, name: string) => Fragment): Fragment[] {
  const columns = (begun: string, name: string) =>
    raw(`${begun} AS begun, toString(namespace) AS of_namespace, ${name} AS of_name`)
  const earliest = `least(if(told = 1, told_first, ${unset}), line_first)`
  const spoken = '(told = 1 OR line_last > 0)'
  const seen = columns(`if(${spoken}, if(${earliest} = ${unset}, 0, ${earliest}), event_first)`, 'name')
  return [
    ...underApiUid(
      tenant,
      'pods_seen.uid',
      (uid, tail) =>
        sql`SELECT ${uid} AS uid, if(told = 1, 2, toUInt8(line_last > 0)) AS rank, ${seen} FROM pods_seen ${tail} AND ${within('namespace', 'name')}`,
    ),
    sql`SELECT resolved AS uid, 1 AS rank, ${columns('toUnixTimestamp64Nano(first_line)', 'pod')} FROM (SELECT *, ${str(tenant)} AS tenant FROM (${resolvedLines(tenant)})) WHERE ${within('namespace', 'pod')}`,
  ]
}

/** The neutral element of a minimum in pods_seen. */
const unset = '9223372036854775807'
