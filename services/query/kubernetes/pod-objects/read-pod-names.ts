// Reads the pod that a name under /k8s means: NAME is the newest pod of that name, NAME.UIDPREFIX an older one. NAME@-1
// and NAME@2 also name a life of its containers (docs/decisions/0010).
import { badRequest, notFound } from '#shared/kubernetes-status.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { readNamedPods, type NamedPod } from './read-named-pods.ts'

export interface RequestedPod {
  uid: string
  namespace: string
  /** The name in the request, which answers repeat: a client that then asks for logs asks for the same pod. */
  listedName: string
  /** The name that the pod has in Kubernetes. */
  name: string
  /** The life in the name: a restart number, or a negative one that counts back from the newest. */
  life?: number
  /** The names of the older pods with this name. */
  others: readonly string[]
}

export interface NameRequest {
  tenant: string
  namespace: string
  name: string
}

/** Throws 404, or 400 where the uids of several pods begin with the prefix. */
export async function findPod(
  reading: Reading,
  { tenant, namespace, name: requested }: NameRequest,
): Promise<RequestedPod> {
  const [, name = requested, life] = /^(.+)@(-?\d{1,9})$/.exec(requested) ?? []
  const podsNamed = (one: string): Promise<NamedPod[]> =>
    readNamedPods(reading, { tenant, namespace, names: [one] }, undefined, podsOfNameMax)
  const withOthers = (pod: NamedPod, others: readonly string[]): RequestedPod => ({
    uid: pod.uid,
    namespace,
    listedName: requested,
    name: pod.name,
    ...(life === undefined ? {} : { life: Number(life) }),
    others,
  })
  const [newest, ...older] = await podsNamed(name)
  if (newest !== undefined) return withOthers(newest, older.map(listedName))
  const dot = name.lastIndexOf('.')
  const prefix = name.slice(dot + 1)
  if (dot <= 0 || prefix === '') throw notFound('pods', requested)
  const matches = (await podsNamed(name.slice(0, dot))).filter(({ handle }) => handle.startsWith(prefix))
  if (matches.length > 1) {
    const choices = matches.slice(0, 10).map(({ name: base, handle }) => `${base}.${handle}`)
    throw badRequest(
      `the uids of ${matches.length} pods begin with ${JSON.stringify(prefix)}; choose one of: [${choices.join(' ')}]`,
    )
  }
  if (matches[0] === undefined) throw notFound('pods', requested)
  return withOthers(matches[0], [])
}

/** The name of a pod in a list. */
export function listedName({ name, nth, handle, alike }: NamedPod): string {
  return nth === 1 ? name : `${name}.${alike === 1 ? handle.slice(0, 8) : handle}`
}

/** How many pods of one name are read at most. */
const podsOfNameMax = 10_000
