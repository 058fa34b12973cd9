// Pods under the names of /k8s, with all that an answer shows of them.
import { podTexts, type PodTextRow } from '#query/plan/kubernetes/pod-objects.ts'
import type { NamedPod } from '#query/plan/kubernetes/pod-names.ts'
import type { Item } from '#query/render/kubernetes/object.ts'
import { podObject } from '#query/render/kubernetes/pod-object.ts'
import { podCells } from '#query/render/kubernetes/pod-row.ts'
import { toldObject } from '#query/render/kubernetes/told-object.ts'
import type { ToldPod } from '#query/render/kubernetes/pod-status.ts'
import { renderPod, type RenderedPod } from '#shared/pod-model/pod.ts'
import { renderPodDetail } from '#query/render/pod-detail.ts'
import type { Summary } from '#query/render/summary.ts'
import { keptPodsOf, withSealsKept } from '../kept-pods.ts'
import { anythingTold, readDossiers } from '../pod-dossier.ts'
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
    const known = looked.get(uid)
    const rendered = shownPod(known?.rendered, kept.get(uid))
    const cause = sealed ? (known?.cause ?? kept.get(uid)?.ended?.cause ?? '') : ''
    const labels = text?.labels ?? {}
    const object = podObject({ name: shown, rendered, cause, row: text ?? null, told, labels, counted: sealed })
    return { object, cells: podCells(shown, rendered, text?.createdAt ?? null, nowMs) }
  })
}

interface KnownPod {
  rendered: RenderedPod
  /** The sentence of GET /v1/pods/{uid}; undefined where not all that it rests on was read, or nothing is left of it. */
  cause: string | undefined
}

async function lookAt(
  reading: Reading,
  tenant: string,
  { uids, sealed }: { uids: readonly string[]; sealed: boolean },
): Promise<Map<string, KnownPod>> {
  const facts = await createPodReader({ reading }).facts(tenant, uids)
  const known: KnownPod[] = sealed
    ? (await readDossiers(reading, tenant, facts)).map((dossier) => ({
        rendered: dossier.rendered,
        cause: anythingTold(dossier.facts) ? renderPodDetail(dossier).cause : undefined,
      }))
    : facts.map((of) => ({ rendered: renderPod(of), cause: undefined }))
  const remembered = await withSealsKept(
    reading,
    tenant,
    known.map(({ rendered }) => rendered.pod),
  )
  return new Map(
    known.map(({ rendered, cause }, i) => [rendered.pod.uid, { rendered: { ...rendered, pod: remembered[i]! }, cause }]),
  )
}

/** Of one that was looked at its lives are known; how it ended is known best where it was written. */
function shownPod(looked: RenderedPod | undefined, kept: Summary | undefined): ToldPod {
  if (kept === undefined) return looked!
  return { pod: kept.pod, verdict: { over: kept.over }, lives: looked?.lives ?? [] }
}
