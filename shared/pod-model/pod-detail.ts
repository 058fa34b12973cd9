// Pure: what GET /v1/pods/{uid} adds to the pod of the list.
import type { ContainerKind } from '#shared/lifecycle/evidence.ts'
import { lifeEvidence, podEvidence, type EvidenceItem } from '#shared/lifecycle/evidence-items.ts'
import { lifeInWords } from '#shared/lifecycle/explain-life.ts'
import { podInWords } from '#shared/lifecycle/explain-pod.ts'
import type { Life } from './pod-lives.ts'
import { memoryLimits } from './pod-spec.ts'
import { containerOf, type LifeJson, type PodFacts, type PodJson, type RenderedPod } from './pod.ts'
import { podJson, type PodRecord } from './record.ts'
import type { EventRow, PodObjectRow, ReplacementRow } from './rows.ts'

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

export interface LifeDetailJson extends LifeJson {
  /** '' where only lines told of it. */
  kind: ContainerKind | ''
  cause: string
  evidence: EvidenceItem[]
  image: string
  /** '' where nobody told it. */
  imageDigest: string
  bytes: number
  errors: number
}

export interface PodDetailJson extends PodJson {
  cause: string
  evidence: EvidenceItem[]
  containers: { name: string; lives: LifeDetailJson[] }[]
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

/** What a record alone has of a pod: neither its Events nor its annotations. */
export function recordDetail(record: PodRecord, replacement: ReplacementRow | null): PodDetailJson {
  const { lives, labels, addresses, cause, addressSpan } = record
  const pod = podJson(record)
  const around = { evidence: { pod: null, lives, events: [], node: [] }, events: [], memoryLimits: {} }
  return {
    ...pod,
    cause,
    evidence: [],
    containers: pod.containers.map(({ name, lives: shown }) => {
      const own = lives.filter(({ container }) => container === name)
      return {
        name,
        lives: shown.map((life, i) => {
          const { kind, image, imageId, bytes, errors } = own[i]!
          const said = lifeInWords(own[i]!, life.outcome, around, cause)
          return {
            ...life,
            kind,
            cause: said,
            evidence: [],
            image,
            imageDigest: digestOf(imageId),
            bytes: bytes ?? 0,
            errors: errors ?? 0,
          }
        }),
      }
    }),
    ip: addressSpan.until === null ? (addresses.find(({ kind }) => kind === 'ip')?.value ?? '') : '',
    labels,
    annotations: {},
    imageDigests: digests(lives),
    events: [],
    replacement,
  }
}

export function renderPodDetail({ rendered, facts, maps, replacement }: PodDetail): PodDetailJson {
  const { labels, annotations, object } = maps
  const { pod, verdict, lives, evidence } = rendered
  const around = { evidence, events: evidence.events, memoryLimits: memoryLimits(object) }
  const cause = podInWords(verdict, around)
  const detail = (life: LifeJson, told: Life): LifeDetailJson => ({
    ...life,
    kind: told.kind,
    cause: lifeInWords(told, life.outcome, around, cause),
    evidence: lifeEvidence(told, evidence.events),
    image: told.image,
    imageDigest: digestOf(told.imageId),
    bytes: told.bytes ?? 0,
    errors: told.errors ?? 0,
  })
  return {
    ...pod,
    cause,
    evidence: podEvidence(verdict, evidence),
    containers: pod.containers.map(({ name, lives: shown }) => {
      const told = lives.filter(({ container }) => container === name)
      return { name, lives: shown.map((life, i) => detail(life, told[i]!)) }
    }),
    ip: facts.row?.ip ?? '',
    labels,
    annotations,
    imageDigests: digests(lives),
    events: facts.events.map(renderEvent),
    replacement,
  }
}

function renderEvent({
  type,
  reason,
  message,
  count,
  firstTime,
  lastTime,
  fieldPath,
  component,
  host,
}: EventRow): EventJson {
  return { type, reason, message, count, firstTime, lastTime, container: containerOf(fieldPath), component, host }
}

const digests = (lives: readonly Pick<Life, 'container' | 'imageId'>[]): Record<string, string> =>
  Object.fromEntries(
    lives.filter(({ imageId }) => imageId !== '').map(({ container, imageId }) => [container, digestOf(imageId)]),
  )

// `registry/cart@sha256:…` or `docker-pullable://registry/cart@sha256:…` as `sha256:…`; an id without a digest as it
// is.
const digestOf = (imageId: string): string => /sha256:[0-9a-f]{64}/.exec(imageId)?.[0] ?? imageId
