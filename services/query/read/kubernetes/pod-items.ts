// Pods under the names of /k8s, with all that an answer shows of them.
import { podTexts, type PodTextRow } from '#query/plan/kubernetes/pod-objects.ts'
import type { NamedPod } from '#query/plan/kubernetes/pod-names.ts'
import type { Item } from '#query/render/kubernetes/object.ts'
import { podObject } from '#query/render/kubernetes/pod-object.ts'
import { podCells } from '#query/render/kubernetes/pod-row.ts'
import { toldObject } from '#query/render/kubernetes/told-object.ts'
import type { ToldPod } from '#query/render/kubernetes/pod-status.ts'
import { renderPod, type RenderedPod } from '#shared/pod-model/pod.ts'
import type { Summary } from '#query/render/summary.ts'
import { keptPodsOf, withSealsKept } from '../kept-pods.ts'
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

/** One for each pod, in their order. What was written of a dead one stands for what would be found out, where only that is shown. */
export async function podItems({ reading, tenant, depth, nowMs }: PodItemOptions, pods: readonly ShownPod[]): Promise<Item[]> {
  if (pods.length === 0) return []
  const uids = pods.map(({ uid }) => uid)
  const sealed = depth === 'sealed'
  const [kept, texts] = await Promise.all([
    keptPodsOf(reading, tenant, uids),
    reading.rows<PodTextRow>(podTexts(tenant, uids, depth !== 'metadata')),
  ])
  const looked = await lookAt(reading, tenant, {
    uids: depth === 'metadata' ? uids.filter((uid) => !kept.has(uid)) : uids,
    sealed,
  })
  const textOf = new Map(texts.map((text) => [text.uid, text]))
  return pods.map(({ uid, shown }) => {
    const text = textOf.get(uid)
    const told = text === undefined || text.object === '' ? undefined : toldObject(text.object)
    const rendered = shownPod(looked.get(uid), kept.get(uid))
    const object = podObject({ name: shown, rendered, row: text ?? null, told, labels: text?.labels ?? {}, counted: sealed })
    return { object, cells: podCells(shown, rendered, text?.createdAt ?? null, nowMs) }
  })
}

async function lookAt(
  reading: Reading,
  tenant: string,
  { uids, sealed }: { uids: readonly string[]; sealed: boolean },
): Promise<Map<string, RenderedPod>> {
  const reader = createPodReader({ reading })
  const facts = await reader.facts(tenant, uids)
  const known = (sealed ? await reader.sealed(tenant, facts) : facts).map(renderPod)
  const remembered = await withSealsKept(
    reading,
    tenant,
    known.map(({ pod }) => pod),
  )
  return new Map(known.map((rendered, i) => [rendered.pod.uid, { ...rendered, pod: remembered[i]! }]))
}

/** Of one that was looked at its lives are known; how it ended is known best where it was written. */
function shownPod(looked: RenderedPod | undefined, kept: Summary | undefined): ToldPod {
  if (kept === undefined) return looked!
  return { pod: kept.pod, verdict: { over: kept.over }, lives: looked?.lives ?? [] }
}
