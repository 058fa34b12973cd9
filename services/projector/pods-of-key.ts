// The pods that refused lines may be of, by the key that refused_lines has of them.
import { sql, statement, str, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import { containerPrefix } from '#shared/container-id.ts'
import { containerHandle, joined } from '#shared/pod-model/handles.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { unresolvedName } from './resolve-identity.ts'

/** A name may have been that of very many pods: so many of the newest are counted again. */
const podsMax = 1000

/**
 * `key`: a uid, unresolved:<cluster>/<namespace>/<pod>, where the namespace may be empty, or container:<12 digits>. ''
 * is of all pods, which recount-lost.ts takes.
 */
export async function podsOfKey(reading: RowReading, tenant: string, key: string): Promise<string[]> {
  if (key === '') return []
  const handle = handleOf(key)
  if (handle === undefined) return [key]
  const pods = await reading.rows<{ uid: string }>(podsOfHandle(tenant, handle.kind, handle.value))
  const uids = pods.map(({ uid }) => uid)
  return handle.kind === 'namespace-name' ? [key, ...uids] : uids
}

function handleOf(key: string): { kind: string; value: string } | undefined {
  if (key.startsWith(containerPrefix))
    return { kind: 'container', value: containerHandle(key.slice(containerPrefix.length)) }
  const [, pod] = /^unresolved:.*\/\/([^/]+)$/.exec(key) ?? []
  if (pod !== undefined) return { kind: 'name', value: pod }
  const [name] = unresolvedName(key)
  return name === undefined ? undefined : { kind: 'namespace-name', value: joined(name.namespace, name.pod) }
}

const podsOfHandle = (tenant: string, kind: string, value: string): Fragment =>
  statement(
    'pods-of-handle',
    sql`SELECT uid ${fromTable(tenant, 'pod_lookup', { prewhere: true })} AND kind = ${str(kind)}
    AND value = ${str(value)} AND is_deleted = 0 ORDER BY pod_lookup.rank LIMIT ${uint(podsMax)}`,
  )
