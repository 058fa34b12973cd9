// Pure: the obituary of a pod as JSON. Its fields: docs/api.md.
import type { Outcome } from '#shared/lifecycle/evidence.ts'
import { oldestFirst, type EvidenceItem } from '#shared/lifecycle/evidence-items.ts'
import type { Seal } from '#shared/pod-model/seal/evidence.ts'
import type { LineJson } from '#shared/lines/line-json.ts'
import { renderPodDetail, type PodDetail, type PodDetailJson } from '#shared/pod-model/pod-detail.ts'
import { memoryLimits } from '#shared/pod-model/pod-spec.ts'
import { byTime, replacementItems, timeline, type TimelineItem } from '#shared/pod-model/timeline.ts'
import type { ReplacementRow } from '#shared/pod-model/rows.ts'

export interface LastWords {
  container: string
  /** Oldest first. */
  lines: LineJson[]
}

export interface FirstError extends LineJson {
  /** What makes it an error. */
  because: string
}

export interface AlsoDied {
  namespace: string
  name: string
  uid: string
  outcome: Outcome
  reason: string
  diedAt: string
  cause: string
}

export interface Obituary {
  pod: Omit<PodDetailJson, 'cause' | 'evidence' | 'events' | 'replacement'>
  outcome: Outcome
  cause: string
  evidence: EvidenceItem[]
  timeline: TimelineItem[]
  lastWords: LastWords[]
  firstError: FirstError | null
  alsoDied: AlsoDied[]
  replacement: ReplacementRow | null
  seals: ({ container: string; restart: number | null } & Seal)[]
}

export interface ObituarySources extends PodDetail {
  lastWords: LastWords[]
  firstError: FirstError | null
  alsoDied: AlsoDied[]
}

export function renderObituary(sources: ObituarySources): Obituary {
  const { rendered, facts, maps, lastWords, firstError, alsoDied } = sources
  const { cause, evidence, events: _, replacement, ...pod } = renderPodDetail(sources)
  const { outcome } = pod
  const told = outcome === 'crashed' && firstError !== null ? firstError : null
  const around = { events: rendered.evidence.events, memoryLimits: memoryLimits(maps.object) }
  return {
    pod,
    outcome,
    cause: told === null ? cause : `${cause}; its first error: ${JSON.stringify(shortened(told.message, 200))}`,
    evidence: told === null ? evidence : [...evidence, saidOf(told)].toSorted(oldestFirst),
    timeline: timeline({ facts, rendered, replacement, around }),
    lastWords,
    firstError,
    alsoDied,
    replacement,
    seals: sealsOf(pod.containers),
  }
}

/** The obituary with what replaced the pod, which is known later than the rest. */
export function withReplacement(obituary: Obituary, replacement: ReplacementRow | null): Obituary {
  const items = [...obituary.timeline.filter(({ kind }) => kind !== 'replacement'), ...replacementItems(replacement)]
  return { ...obituary, replacement, timeline: items.toSorted(byTime) }
}

const sealsOf = (containers: PodDetailJson['containers']): Obituary['seals'] =>
  containers.flatMap(({ name, lives }) =>
    lives.flatMap(({ restart, seal }) => (seal === null ? [] : [{ container: name, restart, ...seal }])),
  )

const saidOf = ({ time, message }: FirstError): EvidenceItem => ({ kind: 'line', time, text: shortened(message, 1000) })

function shortened(text: string, most: number): string {
  const whole = text.trim()
  return whole.length <= most ? whole : `${whole.slice(0, most).toWellFormed()}…`
}
