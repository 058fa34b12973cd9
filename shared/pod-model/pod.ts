// Pure: one pod as GET /v1/pods shows it, from the rows of its facts (rows.ts). Outcomes are decided here, whenever a
// pod is projected, from everything known by then. Field names: docs/api.md.
import { isBeside } from '#shared/lifecycle/event-meaning.ts'
import type { EventEvidence, NodeEvidence, OomLine, Outcome, PodEvidence, Verdict } from '#shared/lifecycle/evidence.ts'
import { signalNumberOf } from '#shared/lifecycle/exit-code.ts'
import { lifeOutcomeOf } from '#shared/lifecycle/life-outcome.ts'
import { exitCodeOf, madeUpBy } from '#shared/lifecycle/made-up.ts'
import { withOomEvents } from '#shared/lifecycle/oom-event.ts'
import { newestLives, podOutcome, type Evidence } from '#shared/lifecycle/outcome.ts'
import type { LifeEnd, Seal, SealEvidence } from '#shared/pod-model/seal/evidence.ts'
import { lossesOfLife, podKeysOf } from '#shared/pod-model/seal/losses.ts'
import { lostWords } from '#shared/pod-model/seal/lost-words.ts'
import { lacksLines, sealOf } from '#shared/pod-model/seal/seal.ts'
import { livesInTime } from './believed-times.ts'
import type { LineDay, LostLines } from './line-days.ts'
import { allLines, earlier, joinLives, later, withOomLines, type Life } from './pod-lives.ts'
import type {
  EventRow,
  LifeLinesRow,
  LifeRow,
  LineCountRow,
  LossRow,
  PodRow,
  StoredPlaceRow,
  StretchRow,
  UncountedDay,
} from './rows.ts'

/** The rows of one pod. */
export interface PodFacts {
  uid: string
  row: PodRow | null
  lives: readonly LifeRow[]
  events: readonly EventRow[]
  lines: readonly LifeLinesRow[]
  /** The same rows with the names that the lines came with, where `lines` has them under lives that only times give. */
  sentLines?: readonly LifeLinesRow[]
  counts: readonly LineCountRow[]
  /** The uids that its lines come with (resolve-identity.ts); left out where its own uid is the only one. */
  sentUids?: readonly string[]
  /** The stretches of files that its lines cover; left out where they were not loaded. */
  stretches?: readonly StretchRow[]
  /** Days on which lines of it may have been dropped uncounted. */
  uncountedDays?: readonly UncountedDay[]
  /** Lines by day; left out where none were counted. */
  lineDays?: readonly LineDay[]
  /** Lines that were counted once, and are there no more. */
  lost?: readonly LostLines[]
  /** Containers of which lines expired that may have been of one life or another. */
  undecided?: readonly string[]
  /** Dead letters that may belong to its lives. */
  losses?: readonly LossRow[]
  /** Where lines are stored by now that begin where refused ones did. */
  storedPlaces?: readonly StoredPlaceRow[]
  /** Reports of the node and its kernel around its death. */
  node?: readonly NodeEvidence[]
  oomLines?: readonly OomLine[]
  /** Times of lives after it are not believed (believed-times.ts); all are where it is left out. */
  believedUntil?: string
}

export interface LifeJson {
  restart: number | null
  containerId: string
  startedAt: string | null
  finishedAt: string | null
  outcome: Outcome
  reason: string
  exitCode: number | null
  /** The signal that the runtime reported, else the one that the exit code stands for. */
  signal: number | null
  lines: number
  /**
   * false for an estimate: the lines of a life are counted once it is over, unless some were dropped before that.
   */
  linesExact: boolean
  firstLine: string | null
  lastLine: string | null
  /** null where the stretches of its lines were not loaded. */
  seal: Seal | null
}

export interface PodJson {
  cluster: string
  namespace: string
  name: string
  uid: string
  node: string
  owner: { kind: string; name: string }
  outcome: Outcome
  reason: string
  message: string
  exitCode: number | null
  firstSeen: string | null
  lastSeen: string | null
  diedAt: string | null
  restarts: number | null
  lines: number
  /** Whether the lines of all its lives were counted. */
  linesExact: boolean
  containers: { name: string; lives: LifeJson[] }[]
}

export interface RenderedPod {
  pod: PodJson
  verdict: Verdict
  /** In the order of `pod.containers` and of the lives in them. */
  lives: readonly Life[]
  /** The evidence for the verdict. */
  evidence: Evidence
}

/** Without counts `lines` is 0, which is enough to decide outcomes. */
export function renderPod(facts: PodFacts): RenderedPod {
  const {
    uid,
    row,
    lives: lifeRows,
    events,
    lines,
    counts,
    stretches,
    storedPlaces,
    losses = [],
    node = [],
    oomLines = [],
  } = facts
  const { believedUntil, uncountedDays, undecided, lost } = facts
  const joined = joinLives({ lives: lifeRows, lines, counts, stretches, storedPlaces, uncountedDays, undecided, lost })
  const inTime = believedUntil === undefined ? joined : livesInTime(joined, believedUntil)
  const withLines = oomLines.length === 0 ? inTime : withOomLines(inTime, row?.mirrorUid || uid, oomLines)
  const reportedEvents = events.map(eventEvidence)
  const lives = withOomEvents(withLines, reportedEvents)
  const podKeys = new Set(losses.length === 0 ? [] : podKeysOf(facts))
  for (const life of lives) life.losses = lossesOfLife(losses, podKeys, life)
  const evidence: Evidence = { pod: row === null ? null : podEvidence(row), lives, events: reportedEvents, node }
  const verdict = podOutcome(evidence)
  const newest = new Set(newestLives(lives))
  const names = [...new Set(lives.map(({ container }) => container))]
  const known = row ?? lines[0] ?? lifeRows[0] ?? events[0]
  const isReported = row !== null || lines.length > 0
  const pod: PodJson = {
    cluster: known?.cluster ?? '',
    namespace: known?.namespace ?? '',
    name: row?.name ?? lines[0]?.pod ?? lifeRows[0]?.pod ?? events[0]?.pod ?? '',
    uid,
    node: row?.node || nodeOf(lines, lifeRows, events),
    owner: { kind: row?.ownerKind ?? '', name: row?.ownerName ?? '' },
    outcome: verdict.outcome,
    reason: verdict.reason,
    message: verdict.message,
    exitCode: verdict.exitCode,
    firstSeen: isReported
      ? lives.reduce((first, { firstLine }) => earlier(first, firstLine), row === null ? null : bornAt(row, lives))
      : (events[0]?.firstTime ?? null),
    lastSeen: isReported
      ? lives.reduce((last, { lastLine }) => later(last, lastLine), row?.statusAt ?? null)
      : (events.at(-1)?.lastTime ?? null),
    diedAt: verdict.diedAt,
    restarts: restartsOf(lives),
    lines: lives.reduce((sum, life) => sum + allLines(life), 0),
    linesExact: lives.every((life) => life.linesExact && lifeOutcomeOf(life, verdict, newest.has(life)) !== 'running'),
    containers: names.map((name) => ({
      name,
      lives: lives
        .filter(({ container }) => container === name)
        .map((life) => {
          const proof = sealEvidence(life, verdict, newest.has(life))
          life.lacksLines = stretches !== undefined && lacksLines(proof)
          return renderLife(life, verdict, newest.has(life), stretches === undefined ? null : sealOf(proof))
        }),
    })),
  }
  return { pod, verdict, lives, evidence }
}

/** When it was created; where that is not known, the first time that is known of it. */
function bornAt({ createdAt, startedAt, statusAt }: PodRow, lives: readonly Life[]): string | null {
  return createdAt ?? startedAt ?? lives.reduce((first, life) => earlier(first, life.startedAt), statusAt)
}

/** The container that an Event's fieldPath names: `spec.containers{app}` is about app. */
export function containerOf(fieldPath: string): string {
  return /\{([^}]*)\}/.exec(fieldPath)?.[1] ?? ''
}

function renderLife(life: Life, verdict: Verdict, newest: boolean, seal: Seal | null): LifeJson {
  const { restart, containerId, startedAt, finishedAt, reason, signal, linesExact, firstLine, lastLine } = life
  const exitCode = exitCodeOf(life)
  const outcome = lifeOutcomeOf(life, verdict, newest)
  return {
    restart,
    containerId,
    startedAt,
    finishedAt,
    outcome,
    reason,
    exitCode,
    signal: signal ?? signalOf(exitCode),
    lines: allLines(life),
    linesExact: linesExact && outcome !== 'running',
    firstLine,
    lastLine,
    seal,
  }
}

// Most runtimes report a signal only through the exit code.
const signalOf = (exitCode: number | null): number | null => (exitCode === null ? null : signalNumberOf(exitCode))

function sealEvidence(life: Life, verdict: Verdict, newest: boolean): SealEvidence {
  const { lines, stretches, heads, losses, storedPlaces, startedAt, firstLine, lastLine, expired } = life
  return {
    lines,
    expired,
    lost: lostWords(life),
    byTime: life.byTime,
    unchecked: life.unread,
    stretches,
    heads,
    losses,
    storedPlaces,
    end: endOf(life, verdict, newest),
    startedAt,
    firstLine,
    lastLine,
  }
}

function endOf(life: Life, verdict: Verdict, newest: boolean): LifeEnd {
  const lost = life.state !== 'terminated' || madeUpBy(life) !== undefined
  const outcome = lifeOutcomeOf(life, verdict, newest)
  if (outcome === 'running') return 'running'
  if (outcome === 'node-lost' && lost) return 'vanished'
  return outcome === 'unknown' && newest && lost ? 'unknown' : 'ended'
}

// kubectl's RESTARTS: the sum of restartCount over the containers that do the work; null where no number is known.
function restartsOf(lives: readonly Life[]): number | null {
  const counting = newestLives(lives).filter(
    ({ kind, restart }) => restart !== null && kind !== 'init' && kind !== 'ephemeral',
  )
  return counting.length === 0 ? null : counting.reduce((sum, { restart }) => sum + (restart ?? 0), 0)
}

function nodeOf(lines: readonly LifeLinesRow[], lives: readonly LifeRow[], events: readonly EventRow[]): string {
  return (
    lines.find(({ node }) => node !== '')?.node ??
    lives.find(({ node }) => node !== '')?.node ??
    events.findLast(({ component, host }) => component === 'kubelet' && host !== '')?.host ??
    ''
  )
}

const podEvidence = (row: PodRow): PodEvidence => ({ ...row, gone: row.gone === 1 })

const eventEvidence = ({ reason, message, lastTime, fieldPath, component }: EventRow): EventEvidence => ({
  reason,
  message,
  time: lastTime,
  container: containerOf(fieldPath),
  beside: isBeside(fieldPath),
  component,
})
