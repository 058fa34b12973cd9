// What a path names a pod by → the pod. A whole uid is read at once, without another statement. Else the name or the
// first characters of the uid have to lead to exactly one pod: several pods are an error that names them, and none is
// guessed.
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
  /** The parameter that had the reference, for errors. */
  parameter: string
}

/** The uid of the pod, and what `read` resolves to for it. Throws not-found, or ambiguous. */
export async function readReferencedPod<T>(
  reading: RowReading,
  { tenant, reference, parameter }: PodReference,
  read: (uid: string) => Promise<T | undefined>,
): Promise<{ uid: string; pod: T }> {
  const exact = await read(reference)
  if (exact !== undefined) return { uid: reference, pod: exact }
  const candidates = await readCandidates(reading, tenant, reference)
  if (candidates.length > 1)
    throw new AfterlogError(
      'ambiguous',
      `${JSON.stringify(reference)} may be one of several pods: ${named(candidates)}. Ask for one of these uids`,
      { parameter },
    )
  const uid = candidates[0]?.uid
  const pod = uid === undefined || uid === reference ? undefined : await read(uid)
  if (uid === undefined || pod === undefined) throw unknownPod(reference, parameter)
  return { uid, pod }
}

/** Candidates that a message names. */
const namedMax = 10

/**
 * Pods with this name, or whose uid, or the uid of whose log path, begins with the reference; in the order of their
 * names.
 */
async function readCandidates(reading: RowReading, tenant: string, reference: string): Promise<PodRecord[]> {
  const dot = reference.lastIndexOf('.')
  const base = dot > 0 && dot < reference.length - 1 ? reference.slice(0, dot) : undefined
  const names = [reference, ...(base === undefined ? [] : [base])]
  const [byName, byUid] = await Promise.all([
    reading.rows<{ uid: string }>(
      statement(
        'pods-byName',
        sql`SELECT DISTINCT uid ${fromTable(tenant, 'pod_lookup')}
        AND kind = 'name' AND value IN ${strs(names)} AND is_deleted = 0 LIMIT ${uint(sameNameMax)}`,
      ),
    ),
    reference.length < uidPrefixMin ? [] : reading.rows<{ uid: string }>(uidsLike(tenant, [reference], namedMax + 1)),
  ])
  const uids = [...new Set([...byName, ...byUid].map(({ uid }) => uid))]
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

/** At most so many pods of one name are read. */
const sameNameMax = 5000

const named = (candidates: readonly PodRecord[]): string => {
  const pods = candidates.slice(0, namedMax).map(({ namespace, name, uid }) => `${namespace}/${name} ${uid}`)
  return candidates.length > namedMax ? `${pods.join(', ')} and others` : pods.join(', ')
}

const unknownPod = (reference: string, parameter: string): AfterlogError =>
  new AfterlogError(
    'not-found',
    `no pod with the uid or the name ${JSON.stringify(reference)} is known. ` +
      'A uid may be shortened to its first 6 characters. ' +
      'GET /v1/pods lists the pods that are known, by namespace=, name= or uid=',
    { parameter },
  )
