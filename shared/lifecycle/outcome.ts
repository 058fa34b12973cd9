// Pure: the outcome of a pod from all facts about it. It is the outcome of its last death, also while it lives again. A
// pod that has not died is `running`; CrashLoopBackOff is `crashed`. docs/decisions/0004-outcomes.md has the order of
// the rules.
import { disruptionCause, namesEnd, statusCause, type Cause } from './cause.ts'
import { eventMeaning, type EventMeaning } from './event-meaning.ts'
import type { EventEvidence, LifeEvidence, NodeEvidence, Outcome, PodEvidence, Verdict } from './evidence.ts'
import { endedBefore, endedByForce, kubeletEnd, startedAgain, withoutOutdatedEnd } from './kubelet-end.ts'
import { lifeOutcome, notBefore } from './life-outcome.ts'
import { exitCodeOf } from './made-up.ts'
import { nodeDown, nodeGone, wentWithNode } from './node-evidence.ts'
import { readyAfter, startedAfter } from './outlived.ts'

export interface Evidence {
  /** null for a pod that only lines or Events name. */
  pod: PodEvidence | null
  /** Instances of one container stand in their order, since their numbers may begin again (instances.ts). */
  lives: readonly LifeEvidence[]
  events: readonly EventEvidence[]
  /** States of the pod's node, where they were loaded. */
  node?: readonly NodeEvidence[]
}

export function podOutcome(reported: Evidence): Verdict {
  const { lives } = reported
  const newest = newestLives(lives)
  const main = mainLives(newest)
  const pod = withoutOutdatedEnd(reported.pod, lives, main)
  const evidence = { ...reported, pod }
  const facts = readEvents(evidence, newest)
  const stated = pod === null || startedAgain(pod, lives, main) !== undefined ? undefined : statusCause(pod)
  if (stated !== undefined) return endOfPod(stated, evidence, main, facts.evicted?.time ?? pod?.deletedAt ?? null)
  const byKubelet = pod === null ? undefined : kubeletEnd(pod, lives, main)
  if (byKubelet !== undefined) return endOfPod(byKubelet, evidence, main, byKubelet.at)
  if (facts.evicted !== undefined && !completedBefore(facts.evicted, pod, main))
    return endOfPod(facts.evicted, evidence, main, facts.evicted.time)
  const stop = stopping(evidence, facts)
  if (stop !== undefined && aliveAt(stop.at, evidence, main)) return endOfPod(stop, evidence, main, stop.at)
  const lost = lostWithNode(evidence)
  if (lost !== undefined) return endOfPod(lost, evidence, main, lost.at)
  const ownLives = lives.filter((life) => !endedByForce(life, lives, reported.pod))
  return ownEnd({ ...evidence, lives: ownLives }, newest, main, facts, stop !== undefined)
}

// The kubelet's eviction counts although the pod succeeded, where its containers ended with 0 on SIGTERM.
function completedBefore(
  event: NonNullable<EventFacts['evicted']>,
  pod: PodEvidence | null,
  main: readonly LifeEvidence[],
): boolean {
  if (pod?.phase !== 'Succeeded') return false
  const byKubelet = event.component === 'kubelet' && event.outcome !== 'crashed'
  return !byKubelet || main.length === 0 || endedBefore(event.time, main)
}

// The node's object was deleted, and no fact of the pod is newer.
function lostWithNode({ pod, node = [] }: Evidence): (Cause & { at: string }) | undefined {
  const gone = nodeGone(node)
  if (gone === undefined || pod === null || pod.gone || pod.deletedAt !== null) return undefined
  if (pod.phase === 'Succeeded' || pod.phase === 'Failed' || !notBefore(gone.since, pod.statusAt ?? '')) return undefined
  return { outcome: 'node-lost', reason: 'NodeGone', message: gone.message, at: gone.since }
}

/** Returns the last instance of each container. An instance without a number counts only where none has one. */
export function newestLives(lives: readonly LifeEvidence[]): LifeEvidence[] {
  const newest = new Map<string, LifeEvidence>()
  for (const life of lives) {
    const known = newest.get(life.container)
    if (known === undefined || life.restart !== null || known.restart === null) newest.set(life.container, life)
  }
  return [...newest.values()]
}

// Sidecars and debug containers outlive or precede the work. They count only where nothing else is known.
export function mainLives(newest: readonly LifeEvidence[]): LifeEvidence[] {
  const regular = newest.filter(({ kind, state }) => kind === 'container' && state !== '')
  return regular.length > 0 ? regular : newest.filter(({ kind, state }) => kind === '' && state !== '')
}

interface EventFacts {
  /** The newest Event that ended the whole pod by force. */
  evicted?: Cause & Pick<EventEvidence, 'time' | 'component'>
  stopping?: EventEvidence
  tainted?: EventEvidence
  /** The newest Event of a crash or an OOM kill after which nothing started. */
  death?: EventEvidence & { meaning: EventMeaning }
  notReady?: EventEvidence
  alive: boolean
}

function readEvents({ pod, events }: Evidence, newest: readonly LifeEvidence[]): EventFacts {
  const facts: EventFacts = { alive: false }
  const ordered = events.toSorted((a, b) => (a.time < b.time ? -1 : 1))
  // Sidecars are stopped once the work is done.
  const besides = new Set(newest.filter(({ kind }) => kind !== 'container' && kind !== '').map(({ container }) => container))
  for (const event of ordered) {
    const meaning = eventMeaning(event)
    const restarted = startedAfter(event, newest)
    const well = readyAfter(event, pod)
    const outlived = pod?.gone !== true && restarted
    switch (meaning) {
      case 'evicted':
      case 'node-lost':
      case 'deadline':
        if (!restarted && !well)
          facts.evicted = {
            outcome: meaning === 'deadline' ? 'crashed' : meaning,
            ...wordsOf(event),
            time: event.time,
            component: event.component,
          }
        break
      case 'tainted':
        if (!outlived && !well) facts.tainted = event
        break
      case 'not-ready':
        if (!outlived && !well) facts.notReady = event
        break
      case 'stopping':
        if (!outlived && !well && !besides.has(event.container)) facts.stopping = event
        break
      case 'oomkilled':
      case 'crashing':
        if (!outlived && !(meaning === 'crashing' && facts.death?.meaning === 'oomkilled')) facts.death = { ...event, meaning }
        break
      case 'started':
        if (facts.death?.container === event.container) delete facts.death
        if (facts.evicted !== undefined && !notBefore(facts.evicted.time, event.time)) delete facts.evicted
        delete facts.stopping
        delete facts.notReady
        facts.alive = true
        break
      case 'alive':
        facts.alive = true
        break
      case 'none':
        break
    }
  }
  return facts
}

interface Stop extends Cause {
  /** null where the pod is gone and the time is not known. */
  at: string | null
}

// A deletion, for any reason: a user, the eviction API, the scheduler, a taint, the garbage collector. Events alone
// count too.
function stopping({ pod, node = [] }: Evidence, facts: EventFacts): Stop | undefined {
  const event = facts.tainted ?? facts.stopping
  const isDeleted = pod !== null && (pod.deletedAt !== null || pod.gone || cleanedUp(pod))
  // A node that went away takes pods along that their objects, or their last Events, still report as running.
  if (!isDeleted && pod?.phase === 'Succeeded') return undefined
  if (!isDeleted && event === undefined) {
    return pod === null && facts.notReady !== undefined
      ? { outcome: 'node-lost', ...wordsOf(facts.notReady), at: facts.notReady.time }
      : undefined
  }
  const at = earliest(pod?.deletedAt ?? null, event?.time ?? null)
  const cause = pod === null ? undefined : disruptionCause(pod)
  const tainted = facts.tainted !== undefined || cause?.reason === 'DeletionByTaintManager'
  if (tainted && facts.notReady !== undefined) return { outcome: 'node-lost', ...wordsOf(facts.notReady), at }
  const down = tainted ? nodeDown(node, at) : undefined
  if (down !== undefined) return { outcome: 'node-lost', ...wordsOf(down), at }
  if (cause !== undefined) return { ...cause, at }
  if (facts.tainted !== undefined) return { outcome: 'evicted', ...wordsOf(facts.tainted), at }
  return { outcome: 'deleted', reason: facts.stopping?.reason ?? '', message: facts.stopping?.message ?? '', at }
}

// The pod garbage collector itself writes the phase before it deletes a pod.
const cleanedUp = ({ disruption, phase }: PodEvidence): boolean => disruption === 'DeletionByPodGC' && phase === 'Failed'

const earliest = (a: string | null, b: string | null): string | null => (a === null || (b !== null && b < a) ? b : a)

const wordsOf = ({ reason, message }: Pick<EventEvidence, 'reason' | 'message'>) => ({ reason, message })

// Whether the pod was well when its end was requested. A container that had died before, and was not restarted, died by
// itself.
function aliveAt(at: string | null, { pod }: Evidence, main: readonly LifeEvidence[]): boolean {
  if (main.some((life) => lifeOutcome(life) === 'oomkilled')) return false
  const diedBefore = (life: LifeEvidence): boolean => {
    if (life.state !== 'terminated') return false
    if (at !== null && life.finishedAt !== null) return !notBefore(life.finishedAt, at)
    return lifeOutcome(life) === 'completed' || !(life.exitCode === 143 || life.exitCode === 137)
  }
  if (main.some((life) => lifeOutcome(life) === 'crashed' && diedBefore(life))) return false
  if (main.length > 0) return main.some((life) => !diedBefore(life))
  return pod === null || (pod.phase !== 'Succeeded' && pod.phase !== 'Failed' && !crashLooping(pod))
}

function endOfPod(cause: Cause, { pod, lives }: Evidence, main: readonly LifeEvidence[], endAt: string | null): Verdict {
  const last = latest(
    main.filter(
      (life) => life.state === 'terminated' && (endAt === null || life.finishedAt === null || notBefore(life.finishedAt, endAt)),
    ),
  )
  const diedAt = last?.finishedAt ?? endAt ?? pod?.statusAt ?? latest(lives)?.finishedAt ?? null
  return {
    outcome: cause.outcome,
    reason: cause.reason,
    message: cause.message,
    exitCode: last === undefined ? null : exitCodeOf(last),
    diedAt,
    endAt,
    life: last ?? latest(main) ?? null,
    over: true,
  }
}

// No other component ended the pod: it ran to its end, crashed, or lives.
function ownEnd(
  evidence: Evidence,
  newest: readonly LifeEvidence[],
  main: readonly LifeEvidence[],
  facts: EventFacts,
  stopped: boolean,
): Verdict {
  const { pod } = evidence
  const over = stopped || pod?.phase === 'Succeeded' || pod?.phase === 'Failed'
  const dead = main.filter(({ state }) => state === 'terminated')
  const by = (outcome: Outcome, life: LifeEvidence | undefined, words?: { reason: string; message: string }): Verdict => ({
    outcome,
    reason: words?.reason ?? life?.reason ?? '',
    message: words?.message || life?.message || '',
    exitCode: life === undefined ? null : exitCodeOf(life),
    diedAt: life?.finishedAt ?? (over ? (pod?.deletedAt ?? pod?.statusAt ?? null) : null),
    endAt: null,
    life: life ?? null,
    over,
  })
  if (pod?.phase === 'Succeeded') return by('completed', latest(dead) ?? undefined)
  const { node = [] } = evidence
  const ended = [...dead, ...failedBesides(newest, pod, main)]
  const bad = latest(ended.filter((life) => isBad(lifeOutcome(life)) && !wentWithNode(life, node)))
  const looping = pod !== null && crashLooping(pod)
  if (bad !== undefined) {
    const oom = lifeOutcome(bad) === 'oomkilled' || (facts.death?.meaning === 'oomkilled' && bad.exitCode === 137)
    if (oom) return by('oomkilled', bad, { reason: 'OOMKilled', message: bad.message })
    return by('crashed', bad, looping ? { reason: 'CrashLoopBackOff', message: bad.message } : undefined)
  }
  const words = pod === null ? undefined : { reason: pod.reason, message: pod.message }
  if (looping)
    return by('crashed', latest(newest.filter(({ container }) => pod.waiting[container] === 'CrashLoopBackOff')), {
      reason: 'CrashLoopBackOff',
      message: '',
    })
  if (facts.death !== undefined && (pod === null || !over)) {
    const verdict = by(facts.death.meaning === 'oomkilled' ? 'oomkilled' : 'crashed', latest(dead), wordsOf(facts.death))
    return { ...verdict, diedAt: verdict.diedAt ?? facts.death.time }
  }
  const lost = ended.find((life) => lifeOutcome(life) === 'unknown' || wentWithNode(life, node))
  const down = lost === undefined || !over ? undefined : nodeDown(node, lost.finishedAt ?? pod?.statusAt ?? null)
  if (lost !== undefined && down !== undefined) return by('node-lost', lost, wordsOf(down))
  // All containers ended well, but Kubernetes reports failure; or no container is known.
  if (pod?.phase === 'Failed')
    return lost === undefined ? by('crashed', dead.length === main.length ? latest(dead) : undefined, words) : by('unknown', lost)
  if (dead.length > 0 && dead.length === main.length)
    return by(lost === undefined ? 'completed' : 'unknown', lost ?? latest(dead))
  if (over) return by('unknown', undefined, words)
  // The pod lives, and has the words of its last death: users look for an OOM kill after the restart, too.
  const survived = latest(
    evidence.lives.filter(
      (life) => isMain(life) && life.state === 'terminated' && isBad(lifeOutcome(life)) && !wentWithNode(life, node),
    ),
  )
  if (survived !== undefined) return { ...by(lifeOutcome(survived), survived), diedAt: null }
  const waiting = pod === null ? undefined : Object.values(pod.waiting)[0]
  if (pod !== null || facts.alive) return { ...by('running', undefined, runningWords(pod, waiting)), diedAt: null }
  return by('unknown', undefined)
}

// The words of an end that the pod outlived do not describe its state.
function runningWords(pod: PodEvidence | null, waiting: string | undefined) {
  if (pod === null || namesEnd(pod)) return { reason: waiting ?? '', message: '' }
  return { reason: waiting ?? pod.reason, message: pod.message }
}

// Init containers count until the work has begun; a sidecar only while it crash-loops.
function failedBesides(newest: readonly LifeEvidence[], pod: PodEvidence | null, main: readonly LifeEvidence[]): LifeEvidence[] {
  return newest.filter((life) => {
    if (life.kind === 'init') return main.length === 0 && life.state === 'terminated'
    return life.kind === 'sidecar' && life.state === 'terminated' && pod?.waiting[life.container] === 'CrashLoopBackOff'
  })
}

const isMain = ({ kind }: LifeEvidence): boolean => kind === 'container' || kind === ''

/** Whether the life crashed or was OOM-killed, by its own status. */
export const isBadLife = (life: LifeEvidence): boolean => isBad(lifeOutcome(life))

const isBad = (outcome: Outcome): boolean => outcome === 'crashed' || outcome === 'oomkilled'

const crashLooping = (pod: PodEvidence): boolean => Object.values(pod.waiting).includes('CrashLoopBackOff')

function latest(lives: readonly LifeEvidence[]): LifeEvidence | undefined {
  return lives.reduce<LifeEvidence | undefined>(
    (last, life) => (last === undefined || (life.finishedAt ?? '') > (last.finishedAt ?? '') ? life : last),
    undefined,
  )
}
