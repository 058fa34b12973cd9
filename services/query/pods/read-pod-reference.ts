// From what a path names a pod by to the pod: a whole uid at once, for nothing more; else what its first characters or
// its name lead to, where that is one pod. Nobody is given another pod than the one that was meant: several are an
// error that names them.
import { AfterlogError } from '#shared/errors.ts'
import { sql, statement, strs, uint } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import { uidsLike } from './lookup-statements.ts'
import { uidPrefixMin } from './pod-filter.ts'
import { readRecords } from './read-records.ts'
import { compare } from '#shared/compare.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'

export interface PodReference {
  tenant: string
  /** A uid, its first 6 or more characters, NAME.UIDPREFIX, or a name. */
  reference: string
  /** The parameter that it came in. */
  parameter: string
}

/** What `read` makes of the pod that is meant, and its uid. Throws not-found, or ambiguous. */
export async function readReferencedPod<T>(
  reading: RowReading,
  { tenant, reference, parameter }: PodReference,
  read: (uid: string) => Promise<T | undefined>,
): Promise<{ uid: string; pod: T }> {
  const exact = await read(reference)
  if (exact !== undefined) return { uid: reference, pod: exact }
  const candidates = await readCandidates(reading, tenant, reference)
  if (candidates.length > 1)
    throw new AfterlogError('ambiguous', `${JSON.stringify(reference)} may be ${named(candidates)}; ask for one of these uids`, {
      parameter,
    })
  const uid = candidates[0]?.uid
  const pod = uid === undefined || uid === reference ? undefined : await read(uid)
  if (uid === undefined || pod === undefined) throw unknownPod(reference, parameter)
  return { uid, pod }
}

/** Candidates that a message names. */
const namedMax = 10

/** Pods that are called so, or whose uid begins so; of a static pod also the uid of its log path. By name. */
async function readCandidates(reading: RowReading, tenant: string, reference: string): Promise<PodRecord[]> {
  const dot = reference.lastIndexOf('.')
  const base = dot > 0 && dot < reference.length - 1 ? reference.slice(0, dot) : undefined
  const names = [reference, ...(base === undefined ? [] : [base])]
  const [called, begun] = await Promise.all([
    reading.rows<{ uid: string }>(
      statement(
        'pods-called',
        sql`SELECT DISTINCT uid ${fromTable(tenant, 'pod_lookup')} AND kind = 'name' AND value IN ${strs(names)} AND is_deleted = 0 LIMIT ${uint(calledMax)}`,
      ),
    ),
    reference.length < uidPrefixMin ? [] : reading.rows<{ uid: string }>(uidsLike(tenant, [reference], namedMax + 1)),
  ])
  const uids = [...new Set([...called, ...begun].map(({ uid }) => uid))]
  const records = [...(await readRecords(reading, tenant, uids)).values()]
  const begins = (record: PodRecord, prefix: string): boolean =>
    [record.uid, ...record.selectors.uids].some((uid) => uid.startsWith(prefix))
  return records
    .filter(
      (record) =>
        record.name === reference ||
        (reference.length >= uidPrefixMin && begins(record, reference)) ||
        (base !== undefined && record.name === base && begins(record, reference.slice(dot + 1))),
    )
    .toSorted((a, b) => compare(a.namespace, b.namespace) || compare(a.name, b.name) || compare(a.uid, b.uid))
}

/** Pods of one name that are looked through. */
const calledMax = 5000

const named = (candidates: readonly PodRecord[]): string => {
  const pods = candidates.slice(0, namedMax).map(({ namespace, name, uid }) => `${namespace}/${name} ${uid}`)
  return candidates.length > namedMax ? `${pods.join(', ')} and others` : pods.join(', ')
}

const unknownPod = (reference: string, parameter: string): AfterlogError =>
  new AfterlogError(
    'not-found',
    `no pod with the uid or the name ${JSON.stringify(reference)} is known. A uid may be shortened to its first 6 characters. ` +
      'GET /v1/pods lists the pods that are known, by namespace=, name= or uid=',
    { parameter },
  )
