// From what a path names a pod by to the pod: a whole uid at once, for nothing more; else what its first characters or
// its name lead to, where that is one pod. Nobody is given another pod than the one that was meant: several are an
// error that names them.
import { AfterlogError } from '#shared/errors.ts'
import { referencedPods, type ReferencedPod } from '#query/plan/pod-reference.ts'
import type { RowReading } from './reading.ts'

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
  const candidates = await reading.rows<ReferencedPod>(referencedPods(tenant, reference, namedMax + 1))
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

const named = (candidates: readonly ReferencedPod[]): string => {
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
