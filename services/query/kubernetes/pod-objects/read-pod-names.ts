// From a name under /k8s to a pod: NAME is the newest of its name, NAME.UIDPREFIX an older one, and NAME@-1 or NAME@2 either of them with
// another life of its containers than the newest. docs/decisions/0010.
import { badRequest, notFound } from '#shared/kubernetes-status.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { readNamedPods, type NamedPod } from './read-named-pods.ts'

export interface FoundPod {
  uid: string
  namespace: string
  /** As it was asked for: what answers call it, so that a client that asks for its logs asks for the same. */
  shown: string
  /** As Kubernetes called it. */
  name: string
  /** The life that the name asks for: a number, or back from the newest. */
  life?: number
  /** Names of the other pods that NAME may have meant. */
  others: readonly string[]
}

export interface NameRequest {
  tenant: string
  namespace: string
  name: string
}

/** Throws 404, or 400 where a prefix is that of several pods. */
export async function findPod(reading: Reading, { tenant, namespace, name: asked }: NameRequest): Promise<FoundPod> {
  const [, name = asked, life] = /^(.+)@(-?\d{1,9})$/.exec(asked) ?? []
  const of = (wanted: string): Promise<NamedPod[]> =>
    readNamedPods(reading, { tenant, namespace, names: [wanted] }, undefined, pods)
  const found = (pod: NamedPod, others: readonly string[]): FoundPod => ({
    uid: pod.uid,
    namespace,
    shown: asked,
    name: pod.name,
    ...(life === undefined ? {} : { life: Number(life) }),
    others,
  })
  const [newest, ...older] = await of(name)
  if (newest !== undefined) return found(newest, older.map(shownName))
  const dot = name.lastIndexOf('.')
  const prefix = name.slice(dot + 1)
  if (dot <= 0 || prefix === '') throw notFound('pods', asked)
  const meant = (await of(name.slice(0, dot))).filter(({ handle }) => handle.startsWith(prefix))
  if (meant.length > 1) {
    const choices = meant.slice(0, 10).map(({ name: base, handle }) => `${base}.${handle}`)
    throw badRequest(
      `the uids of ${meant.length} pods begin with ${JSON.stringify(prefix)}; choose one of: [${choices.join(' ')}]`,
    )
  }
  if (meant[0] === undefined) throw notFound('pods', asked)
  return found(meant[0], [])
}

/** How a list calls a pod. */
export function shownName({ name, nth, handle, alike }: NamedPod): string {
  return nth === 1 ? name : `${name}.${alike === 1 ? handle.slice(0, 8) : handle}`
}

/** Pods of one name that are told apart. */
const pods = 10_000
