// Pure: what is kept of a dead pod beside its obituary, so that a list of a hundred need not read a hundred of them; and what tells
// whether an obituary is still what would be written now.
import { createHash } from 'node:crypto'
import type { Outcome } from '#shared/lifecycle/evidence.ts'
import { podInWords } from '#shared/lifecycle/explain-pod.ts'
import type { PodDossier } from '#query/read/pod-dossier.ts'
import { replaceable, type DeathScene, type SceneKey } from '#shared/pod-model/death-scene.ts'
import type { AlsoDied, Obituary } from './obituary.ts'
import type { PodJson, RenderedPod } from '#shared/pod-model/pod.ts'
import type { ReplacedPod } from '#shared/pod-model/rows.ts'

export interface Summary {
  /** As GET /v1/pods shows it. */
  pod: PodJson
  /** As the obituaries of others tell it. */
  ended: Ended | null
  over: boolean
  scene: SceneKey
  /** Digest of what was seen there. */
  seen: string
  replaced: ReplacedPod | null
}

/** A summary as it was written, with its pod still as text: a page of a hundred shows it and looks no further. */
export interface SummaryText extends Omit<Summary, 'pod'> {
  /** JSON of Summary.pod. */
  pod: Buffer
}

// The name of no member is found in a string of JSON, whose quotes are escaped; the last one is not in the pod, which comes first.
const [begin, behindPod] = ['{"pod":', ',"ended":']

/** `text`: JSON of a Summary as summaryOf orders it. */
export function cutSummary(text: Buffer): SummaryText {
  const end = text.lastIndexOf(behindPod)
  const others = JSON.parse(`{${text.toString('utf8', end + 1)}`) as Omit<Summary, 'pod'>
  return { ...others, pod: text.subarray(begin.length, end) }
}

/** How a pod died, or died last where it lives again. */
export interface Ended {
  outcome: Outcome
  at: string
  cause: string
}

export function summaryOf({ facts, rendered, scene }: PodDossier, { pod }: Obituary): Summary {
  const containers = rendered.pod.containers.map(({ name, lives }, i) => ({
    name,
    // Of lines that have expired since the obituary remembers the seals.
    lives: lives.map((life, j) => ({ ...life, seal: pod.containers[i]!.lives[j]!.seal })),
  }))
  return {
    pod: { ...rendered.pod, containers },
    ended: endedOf(rendered),
    over: rendered.verdict.over,
    scene: scene.key,
    seen: digestOf(scene.seen),
    replaced: replaceable(rendered, facts.row?.deletedAt ?? null) ?? null,
  }
}

export function endedOf({ verdict, evidence }: RenderedPod): Ended | null {
  if (verdict.outcome === 'running') return null
  const at = verdict.diedAt ?? verdict.endAt ?? verdict.life?.finishedAt ?? null
  if (at === null) return null
  return { outcome: verdict.outcome, at, cause: podInWords(verdict, { evidence, events: evidence.events, memoryLimits: {} }) }
}

export const asAlsoDied = ({ namespace, name, uid, reason }: PodJson, { outcome, at, cause }: Ended): AlsoDied => ({
  namespace,
  name,
  uid,
  outcome,
  reason,
  diedAt: at,
  cause,
})

export const digestOf = (scene: DeathScene): string =>
  createHash('sha256').update(JSON.stringify(scene)).digest('base64url').slice(0, 22)
