// Reads pods by their names under /k8s: the newest pod of a name has the name, older pods are NAME.UIDPREFIX. The order
// is that of Kubernetes, by namespace and name. A page starts behind a key, so its cost does not grow with the pods
// before it.
import { compare } from '#shared/compare.ts'
import { join, sql, statement, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import { joined, type HandleKind } from '#shared/pod-model/handles.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'

export interface NamedPod {
  uid: string
  namespace: string
  name: string
  /** Epoch ns as decimal text, 0 where no fact says it. */
  born: string
  /** The place among the pods of its name; 1 is the newest. */
  nth: number
  /** What names the pod among those of its name: the uid, or a hash of a uid that cannot stand in a path. */
  handle: string
  /** How many pods of its name have handles with the same first 8 letters, this pod included. */
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
  /** Only names of pods to which one of these handles leads. */
  among?: { kind: HandleKind; values: readonly string[] } | undefined
}

interface NameRow {
  value: string
  rank: string
  uid: string
  handle: string
  revision: string
  isDeleted: number
}

/** How many pods of one name are read at most. */
const ofOneNameMax = 10_000

/** In order. Fewer than `limit` pods mean that there are no more. */
export async function readNamedPods(
  reading: Pick<RowReading, 'rows'>,
  filter: NameFilter,
  after: NamePosition | undefined,
  limit: number,
): Promise<NamedPod[]> {
  const values = await valuesOfNames(reading, filter, after, limit)
  if (values?.length === 0) return []
  for (let size = limit + 1; ; size *= 4) {
    const rows = await reading.rows<NameRow>(rowsOfNames(filter, values, after, size))
    const names = [...Map.groupBy(rows, ({ value }) => value).values()]
    // The last name may have more rows than were read.
    const completeNames = rows.length < size || size > ofOneNameMax ? names : names.slice(0, -1)
    const known = completeNames.map(standing)
    const gone = await uidsGone(reading, filter.tenant, known.filter((ofName) => ofName.length > 1).flat())
    const pods = known
      .flatMap((ofName) => numbered(ofName.filter(({ uid }) => !gone.has(uid))))
      .filter((pod) => after === undefined || isBehind(pod, after))
    if (rows.length < size || pods.length >= limit || size > ofOneNameMax) return pods.slice(0, Math.max(limit, 1))
  }
}

/** Of each pod the row that its newest record wrote, in their order: an earlier one may have been left behind. */
function standing(rows: readonly NameRow[]): NameRow[] {
  const newest = new Map<string, NameRow>()
  for (const row of rows) {
    const other = newest.get(row.uid)
    const order = other === undefined ? 1n : BigInt(row.revision) - BigInt(other.revision)
    if (order > 0n || (order === 0n && row.isDeleted < other!.isDeleted)) newest.set(row.uid, row)
  }
  const newestRows = new Set(newest.values())
  return rows.filter((row) => newestRows.has(row) && row.isDeleted === 0)
}

/** Those of which no record is left, though a row leads to one. */
async function uidsGone(
  { rows }: Pick<RowReading, 'rows'>,
  tenant: string,
  pods: readonly NameRow[],
): Promise<ReadonlySet<string>> {
  if (pods.length === 0) return new Set()
  const uids = new Set(pods.map(({ uid }) => uid))
  const present = await rows<{ uid: string }>(
    statement(
      'records-present',
      sql`SELECT uid ${fromTable(tenant, 'pod_revisions', { prewhere: true })} AND uid IN ${strs([...uids])}
    GROUP BY uid HAVING argMax(is_deleted, pod_revisions.revision) = 0`,
    ),
  )
  return uids.difference(new Set(present.map(({ uid }) => uid)))
}

/** Pods of one name, newest first. */
function numbered(pods: readonly NameRow[]): NamedPod[] {
  const alike = Map.groupBy(pods, ({ handle }) => handle.slice(0, 8))
  return pods.map(({ value, rank, uid, handle }, i) => {
    const [namespace, name] = value.split('\u0001') as [string, string]
    const born = String(-BigInt(rank))
    return { uid, namespace, name, born, nth: i + 1, handle, alike: alike.get(handle.slice(0, 8))!.length }
  })
}

function isBehind({ namespace, name, born, uid }: NamedPod, after: NamePosition): boolean {
  const order =
    compare(namespace, after.namespace) ||
    compare(name, after.name) ||
    compare(after.born, BigInt(born)) ||
    compare(uid, after.uid)
  return order > 0
}

/** The lookup values of the next names that the filter picks; undefined where it picks all. */
async function valuesOfNames(
  { rows }: Pick<RowReading, 'rows'>,
  { tenant, namespace, names, among }: NameFilter,
  after: NamePosition | undefined,
  limit: number,
): Promise<string[] | undefined> {
  if (names !== undefined && namespace !== undefined && among === undefined)
    return names.map((name) => joined(namespace, name))
  if (names === undefined && among === undefined) return undefined
  const handles = among ?? { kind: 'name', values: names! }
  const conditions = [
    sql`${fromTable(tenant, 'pod_lookup')} AND kind = ${str(handles.kind)} AND value IN ${strs(handles.values)}
      AND is_deleted = 0`,
    ...(namespace === undefined ? [] : [sql`namespace = ${str(namespace)}`]),
    ...(names === undefined ? [] : [sql`name IN ${strs(names)}`]),
    ...(after === undefined ? [] : [sql`(toString(namespace), name) >= (${str(after.namespace)}, ${str(after.name)})`]),
  ]
  const nameRows = await rows<{ namespace: string; name: string }>(
    statement(
      'names-by-handle',
      sql`SELECT DISTINCT toString(namespace) AS namespace, name ${join(conditions, ' AND ')}
      ORDER BY namespace, name LIMIT ${uint(limit + 1)}`,
    ),
  )
  return nameRows.map((row) => joined(row.namespace, row.name))
}

/** Rows: NameRow, names in order, newest first within a name. */
function rowsOfNames(
  { tenant, namespace }: NameFilter,
  values: readonly string[] | undefined,
  after: NamePosition | undefined,
  limit: number,
): Fragment {
  const conditions = [
    sql`${fromTable(tenant, 'pod_lookup')} AND kind = 'namespace-name'`,
    ...(values === undefined ? [] : [sql`value IN ${strs(values)}`]),
    ...(namespace === undefined
      ? [sql`NOT startsWith(value, ${str(joined('', ''))})`]
      : [sql`startsWith(value, ${str(joined(namespace, ''))})`]),
    ...(after === undefined ? [] : [sql`value >= ${str(joined(after.namespace, after.name))}`]),
  ]
  return statement(
    'pods-by-name',
    sql`SELECT value, toString(pod_lookup.rank) AS rank, uid, toString(pod_lookup.revision) AS revision,
    is_deleted AS isDeleted, if(match(uid, '^[0-9A-Za-z_-]+$'), uid, concat('unresolved-', lower(hex(cityHash64(uid)))))
    AS handle
  ${join(conditions, ' AND ')} ORDER BY value, pod_lookup.rank, uid LIMIT ${uint(limit)}`,
  )
}
