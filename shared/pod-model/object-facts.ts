// Pure: reads what a record needs from the Pod object. Kubernetes or a forwarder sent the object, so every field is
// checked.
import { z } from 'zod'
import { memoryLimits } from './pod-spec.ts'
import type { PodObjectRow } from './rows.ts'

export interface ObjectFacts {
  labels: Record<string, string>
  /** The ownerReference, unchanged. */
  controller: { kind: string; name: string }
  /** Images of its containers, as the object names them. */
  images: string[]
  /** Memory limits by container; null where the object sets none. */
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

export const noObject: ObjectFacts = {
  labels: {},
  controller: { kind: '', name: '' },
  images: [],
  memoryLimits: {},
  everHad: [],
}

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
