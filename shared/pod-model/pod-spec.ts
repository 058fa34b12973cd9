// Pure: reads the memory limits of a pod's containers from its stored object. Kubernetes or a forwarder sent the
// object, so every field is checked.
import { z } from 'zod'

const resources = z
  .object({ limits: z.object({ memory: z.union([z.string(), z.number()]).optional() }).nullish() })
  .nullish()
  .catch(null)
const containers = z
  .array(z.object({ name: z.string(), resources }))
  .nullish()
  .catch(null)
const podObject = z
  .object({ spec: z.object({ containers, initContainers: containers, resources }).nullish().catch(null) })
  .catch({ spec: null })

/** Returns limits by container; null where the object sets none. */
export function memoryLimits(object: string): Record<string, string | null> {
  const { spec } = podObject.parse(parseJson(object))
  const ofPod = spec?.resources?.limits?.memory
  const all = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])]
  return Object.fromEntries(
    all.map(({ name, resources: own }) => {
      const memory = own?.limits?.memory
      if (memory !== undefined) return [name, String(memory)]
      return [name, ofPod === undefined ? null : `${ofPod}, of the whole pod`]
    }),
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
