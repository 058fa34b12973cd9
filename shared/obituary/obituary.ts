// Pure: the obituary of a pod as JSON. Its fields: docs/api.md.
import type { Outcome } from '#shared/lifecycle/evidence.ts'
import { oldestFirst, type EvidenceItem } from '#shared/lifecycle/evidence-items.ts'
import type { Seal } from '#shared/pod-model/seal/evidence.ts'
import type { LineJson } from '#shared/lines/line-json.ts'
import { errorMinutes } from './last-error.ts'
import { distinctErrors, isExplainedByErrors, noErrors, type DeathErrors, type ErrorLine } from './errors-of-death.ts'
import { renderPodDetail, type PodDetail, type PodDetailJson } from '#shared/pod-model/pod-detail.ts'
import { memoryLimits } from '#shared/pod-model/pod-spec.ts'
import { byTime, replacementItems, timeline, type TimelineItem } from '#shared/pod-model/timeline.ts'
import type { ReplacementRow } from '#shared/pod-model/rows.ts'

export interface LastWords {
  container: string
  /** Oldest first. */
  lines: LineJson[]
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

export interface Obituary extends DeathErrors {
  pod: Omit<PodDetailJson, 'cause' | 'evidence' | 'events' | 'replacement'>
  outcome: Outcome
  cause: string
  evidence: EvidenceItem[]
  timeline: TimelineItem[]
  lastWords: LastWords[]
  alsoDied: AlsoDied[]
  replacement: ReplacementRow | null
  seals: ({ container: string; restart: number | null } & Seal)[]
}

export interface ObituarySources extends PodDetail, DeathErrors {
  lastWords: LastWords[]
  alsoDied: AlsoDied[]
}

export function renderObituary(sources: ObituarySources): Obituary {
  const { rendered, facts, maps, lastWords, firstError, lastError, alsoDied } = sources
  const { cause, evidence, events: _, replacement, ...pod } = renderPodDetail(sources)
  const around = { events: rendered.evidence.events, memoryLimits: memoryLimits(maps.object) }
  const obituary = {
    pod,
    outcome: pod.outcome,
    cause,
    evidence,
    timeline: timeline({ facts, rendered, replacement, around }),
    lastWords,
    alsoDied,
    replacement,
    seals: sealsOf(pod.containers),
  }
  return withErrors(obituary, { firstError, lastError })
}

/** Errors of a crash stand in its cause and evidence. */
export function withErrors(obituary: Omit<Obituary, keyof DeathErrors>, errors: DeathErrors): Obituary {
  const { firstError, lastError } = isExplainedByErrors(obituary.pod) ? errors : noErrors
  if (lastError === null) return { ...obituary, firstError, lastError }
  const lines = distinctErrors({ firstError, lastError })
  return {
    ...obituary,
    cause: `${obituary.cause}; ${lines.map(quoted).join(', ')}`,
    evidence: [...obituary.evidence, ...lines.map(saidOf)].toSorted(oldestFirst),
    firstError,
    lastError,
  }
}

function quoted({ text }: ErrorLine, i: number, { length }: readonly ErrorLine[]): string {
  const which = i === length - 1 ? 'its last error' : `its first error of the last ${errorMinutes} minutes`
  return `${which}: "${shortened(text.replaceAll(/\s+/g, ' '), 200)}"`
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

const saidOf = ({ time, text }: ErrorLine): EvidenceItem => ({ kind: 'line', time, text: shortened(text, 1000) })

function shortened(text: string, most: number): string {
  const whole = text.trim()
  return whole.length <= most ? whole : `${whole.slice(0, most).toWellFormed()}…`
}
