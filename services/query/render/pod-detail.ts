// Pure: what GET /v1/pods/{uid} adds to the pod of the list.
import type { EventRow, PodObjectRow, ReplacementRow } from '#query/plan/pod-details.ts'
import type { Life } from './pod-lives.ts'
import { containerOf, type PodFacts, type PodJson, type RenderedPod } from './pod.ts'

export interface EventJson {
  type: string
  reason: string
  message: string
  count: number
  firstTime: string
  lastTime: string
  /** '' where it is about the whole pod. */
  container: string
  component: string
  host: string
}

export interface PodDetailJson extends PodJson {
  ip: string
  labels: Record<string, string>
  annotations: Record<string, string>
  imageDigests: Record<string, string>
  /** Oldest first. */
  events: EventJson[]
  replacement: ReplacementRow | null
}

export interface PodDetail {
  rendered: RenderedPod
  facts: PodFacts
  maps: PodObjectRow
  replacement: ReplacementRow | null
}

export function renderPodDetail({ rendered, facts, maps, replacement }: PodDetail): PodDetailJson {
  const { labels, annotations } = maps
  return {
    ...rendered.pod,
    ip: facts.row?.ip ?? '',
    labels,
    annotations,
    imageDigests: digests(rendered.lives),
    events: facts.events.map(renderEvent),
    replacement,
  }
}

function renderEvent({ type, reason, message, count, firstTime, lastTime, fieldPath, component, host }: EventRow): EventJson {
  return { type, reason, message, count, firstTime, lastTime, container: containerOf(fieldPath), component, host }
}

// `registry/cart@sha256:…` or `docker-pullable://registry/cart@sha256:…` as `sha256:…`; an id without a digest as it is.
function digests(lives: readonly Life[]): Record<string, string> {
  return Object.fromEntries(
    lives
      .filter(({ imageId }) => imageId !== '')
      .map(({ container, imageId }) => [container, /sha256:[0-9a-f]{64}/.exec(imageId)?.[0] ?? imageId]),
  )
}
