// Pure: the record of one pod, living or dead: what Afterlog concluded about it. The projector writes it, and readers
// answer from it. The model is independent of the JSON of answers, so that a new field of an answer needs no new
// record.
import type { ContainerKind, LifeEvidence, Outcome } from '#shared/lifecycle/evidence.ts'
import { podInWords } from '#shared/lifecycle/explain-pod.ts'
import { replaceable } from './death-scene.ts'
import { addressesOf, handlesOf, type Address, type Handle } from './handles.ts'
import { epochNs } from './epoch-ns.ts'
import type { ObjectFacts } from './object-facts.ts'
import type { LineDay } from './line-days.ts'
import type { Life } from './pod-lives.ts'
import type { LifeJson, PodFacts, PodJson, RenderedPod } from './pod.ts'
import { transitionsOf, type TransitionNumbers } from './transitions.ts'

export interface LifeRecord extends LifeJson {
  container: string
  kind: ContainerKind | ''
  state: LifeEvidence['state']
  message: string
  image: string
  imageId: string
  /** The bytes of its messages, and its lines of severity error or fatal; null where its lines were not counted. */
  bytes: number | null
  errors: number | null
  /** Lines of it may have been dropped uncounted: `lines` stays an estimate. */
  uncounted?: true
  /**
   * Of a life that runs: lines that were counted for the record, since a row about lines that has the uid of the pod
   * does not say that they are of this life alone.
   */
  linesApart?: number
}

/** How a pod died, or died last where it lives again. */
export interface Ended {
  outcome: Outcome
  at: string
  cause: string
}

export interface PodRecord extends Omit<PodJson, 'containers' | 'lines' | 'linesExact'> {
  cause: string
  createdAt: string | null
  /** When it started, or else when it was created. */
  startedAt: string | null
  /** When its deletion was first requested. */
  deletedAt: string | null
  /** Whether no container of it runs or will run again. */
  over: boolean
  /** Whether its object says that it lives, so that lines may come at any time. */
  living: boolean
  ended: Ended | null
  /** The earliest time at which its controller may have replaced it; null where no controller replaces it. */
  replacedSince: string | null
  /** In the order of containers and restarts. */
  lives: LifeRecord[]
  labels: Record<string, string>
  addresses: Address[]
  /** When an address may have belonged to it, in epoch ns as decimal text; `until` is null while it lives. */
  addressSpan: { since: string; until: string | null }
  selectors: LineSelectors
  handles: Handle[]
  /** Its places in lists before an older time of it became known. */
  moved: readonly Move[]
  /**
   * Its places among the dead before another time of its death became known, or it turned out to live; absent in rules
   * version 1.
   */
  deathMoved?: readonly Move[]
  /** The most lines that were counted of each life and day; absent in records of before rules version 7. */
  lineDays?: readonly LineDay[]
  /** Facts of it may be gone: it is projected no more. */
  frozen?: true
  /** Left out of records from before there were numbers. */
  transitions?: TransitionNumbers
}

/** A move away from a rank, by the record of a revision. The last moves of a pod are stored, oldest first. */
export interface Move {
  from: string
  revision: string
}

/** What selects the lines of a pod. */
export interface LineSelectors {
  /** The uids in its lines. */
  uids: string[]
  /** Whether it has unattributed lines, which container ids or its name select. */
  unattributed: boolean
  fragments: boolean
  /** Hashes of running lives, as in pod_change_feed: their lines do not change the record. */
  runningLives: string[]
}

export interface RecordSources {
  facts: PodFacts
  rendered: RenderedPod
  object: ObjectFacts
  /** Epoch ns of the first report of each `<kind> <address>`. */
  addressReports: Readonly<Record<string, string>>
  deletedAt: string | null
  runningLives: string[]
}

export function recordOf({
  facts,
  rendered,
  object,
  addressReports,
  deletedAt,
  runningLives,
}: RecordSources): PodRecord {
  const { pod, verdict, lives, evidence } = rendered
  const { containers, lines: _, linesExact: __, ...rest } = pod
  const { row } = facts
  const lifeJsons = containers.flatMap((container) => container.lives)
  const living =
    row !== null && row.gone === 0 && row.deletedAt === null && !['Succeeded', 'Failed'].includes(row.phase)
  const addresses = addressesOf(addressReports)
  const around = { evidence, events: evidence.events, memoryLimits: object.memoryLimits }
  const record: Omit<PodRecord, 'handles' | 'moved' | 'deathMoved' | 'transitions'> = {
    ...rest,
    cause: podInWords(verdict, around),
    createdAt: row?.createdAt ?? null,
    startedAt: row?.startedAt ?? row?.createdAt ?? null,
    deletedAt,
    over: verdict.over,
    living,
    ended: endedOf(rendered),
    replacedSince: replaceable(rendered, row?.deletedAt ?? null)?.since ?? null,
    lives: lives.map((life, i) => lifeRecord(life, lifeJsons[i]!)),
    labels: object.labels,
    addresses,
    addressSpan: addressSpanOf(facts, living),
    selectors: {
      uids: [
        ...new Set([
          facts.uid,
          ...(facts.sentUids ?? []),
          ...facts.lines.filter((line) => line.nameless === 0).map(({ uid }) => uid),
        ]),
      ],
      unattributed: facts.lines.some((line) => line.nameless === 1),
      fragments: facts.lines.some((line) => line.fragments === 1),
      runningLives,
    },
  }
  return { ...record, handles: handlesOf(record, object), moved: [], deathMoved: [], transitions: transitionsOf(facts) }
}

/** Returns the pod of GET /v1/pods. */
export function podJson(record: PodRecord): PodJson {
  const {
    cluster,
    namespace,
    name,
    uid,
    node,
    owner,
    outcome,
    reason,
    message,
    exitCode,
    firstSeen,
    lastSeen,
    diedAt,
    restarts,
    lives,
  } = record
  const containers = [...Map.groupBy(lives, ({ container }) => container)].map(([container, ofOne]) => ({
    name: container,
    lives: ofOne.map(lifeJson),
  }))
  return {
    cluster,
    namespace,
    name,
    uid,
    node,
    owner,
    outcome,
    reason,
    message,
    exitCode,
    firstSeen,
    lastSeen,
    diedAt,
    restarts,
    lines: lives.reduce((sum, life) => sum + life.lines, 0),
    linesExact: lives.every((life) => life.linesExact),
    containers,
  }
}

function lifeJson(life: LifeRecord): LifeJson {
  const { restart, containerId, startedAt, finishedAt, outcome, reason, exitCode, signal } = life
  const { lines, linesExact, firstLine, lastLine, seal } = life
  return {
    restart,
    containerId,
    startedAt,
    finishedAt,
    outcome,
    reason,
    exitCode,
    signal,
    lines,
    linesExact,
    firstLine,
    lastLine,
    seal,
  }
}

function endedOf({ verdict, evidence }: RenderedPod): Ended | null {
  if (verdict.outcome === 'running') return null
  const at = verdict.diedAt ?? verdict.endAt ?? verdict.life?.finishedAt ?? null
  if (at === null) return null
  return {
    outcome: verdict.outcome,
    at,
    cause: podInWords(verdict, { evidence, events: evidence.events, memoryLimits: {} }),
  }
}

function lifeRecord(life: Life, json: LifeJson): LifeRecord {
  const { container, kind, state, message, image, imageId, bytes, errors, uncounted } = life
  return {
    ...json,
    container,
    kind,
    state,
    message,
    image,
    imageId,
    bytes,
    errors,
    ...(uncounted ? { uncounted } : {}),
  }
}

/** In epoch ns. Kubernetes reports whole seconds, so the whole last second counts. */
function addressSpanOf({ row }: PodFacts, living: boolean): PodRecord['addressSpan'] {
  const since = row?.startedAt ?? row?.createdAt ?? row?.statusAt ?? null
  const until = living || row === null || row.statusAt === null ? null : String(epochNs(row.statusAt) + 1_000_000_000n)
  return { since: String(since === null ? 0n : epochNs(since)), until }
}
