// Pure: what a record needs of the Pod object itself. The object is as Kubernetes or a forwarder reported it, so nothing in it is taken for granted.
import { z } from 'zod'
import { memoryLimits } from './pod-spec.ts'
import type { PodObjectRow } from './rows.ts'

export interface ObjectFacts {
  labels: Record<string, string>
  /** The ownerReference as it stands. */
  controller: { kind: string; name: string }
  /** Of its containers, as the object names them. */
  images: string[]
  /** By container; null where the object says that it has no limit. */
  memoryLimits: Record<string, string | null>
  /** What any of its objects had: `label <key>=<value>`, `owner <Kind>/<name>` and `image <reference>`. */
  everHad: readonly string[]
}

const containers = z
  .array(z.object({ image: z.string().catch('') }).catch({ image: '' }))
  .nullish()
  .catch(null)
const spec = z.object({ containers, initContainers: containers, ephemeralContainers: containers }).nullish().catch(null)
const podObject = z.object({ spec }).catch({ spec: null })

export const noObject: ObjectFacts = { labels: {}, controller: { kind: '', name: '' }, images: [], memoryLimits: {}, everHad: [] }

export function objectFacts(
  { labels, object, controllerKind, controllerName }: PodObjectRow,
  everHad: readonly string[],
): ObjectFacts {
  const { spec: pod } = podObject.parse(parseJson(object))
  const all = [...(pod?.containers ?? []), ...(pod?.initContainers ?? []), ...(pod?.ephemeralContainers ?? [])]
  return {
    labels,
    controller: { kind: controllerKind, name: controllerName },
    images: all.map(({ image }) => image),
    memoryLimits: memoryLimits(object),
    everHad,
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
