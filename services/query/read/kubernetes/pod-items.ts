// Pods under the names of /k8s, with all that an answer shows of them.
import { podTexts, type PodTextRow } from '#query/plan/kubernetes/pod-objects.ts'
import type { NamedPod } from '#query/plan/kubernetes/pod-names.ts'
import type { Item } from '#query/render/kubernetes/object.ts'
import { podObject } from '#query/render/kubernetes/pod-object.ts'
import { podCells } from '#query/render/kubernetes/pod-row.ts'
import { toldObject } from '#query/render/kubernetes/told-object.ts'
import { renderPod } from '#query/render/pod.ts'
import { withSealsKept } from '../kept-pods.ts'
import { createPodReader } from '../pods.ts'
import type { Reading } from '../reading.ts'

export interface PodItemOptions {
  reading: Reading
  tenant: string
  /** What is shown: the object with its seal, the object, or its metadata at most. */
  depth: 'sealed' | 'object' | 'metadata'
  nowMs: number
}

export interface ShownPod extends Pick<NamedPod, 'uid'> {
  /** The name that the answer shows. */
  shown: string
}

/** One for each pod, in their order. */
export async function podItems({ reading, tenant, depth, nowMs }: PodItemOptions, pods: readonly ShownPod[]): Promise<Item[]> {
  if (pods.length === 0) return []
  const reader = createPodReader({ reading })
  const uids = pods.map(({ uid }) => uid)
  const [facts, texts] = await Promise.all([
    reader.facts(tenant, uids),
    reading.rows<PodTextRow>(podTexts(tenant, uids, depth !== 'metadata')),
  ])
  const textOf = new Map(texts.map((text) => [text.uid, text]))
  const sealed = depth === 'sealed'
  const counted = sealed ? await reader.sealed(tenant, facts) : facts
  const known = counted.map(renderPod)
  const remembered = await withSealsKept(
    reading,
    tenant,
    known.map(({ pod }) => pod),
  )
  return counted.map((found, i) => {
    const { uid, shown } = pods[i]!
    const rendered = { ...known[i]!, pod: remembered[i]! }
    const { row } = found
    const text = textOf.get(uid)
    const told = text === undefined || text.object === '' ? undefined : toldObject(text.object)
    const object = podObject({ name: shown, rendered, row, told, labels: text?.labels ?? {}, counted: sealed })
    return { object, cells: podCells(shown, rendered, row?.createdAt ?? null, nowMs) }
  })
}
