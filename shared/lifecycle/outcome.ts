// Pure: the outcome of a pod from all that is known of it, at query time. A pod's outcome is that of its last death,
// also while it lives again; one that has not died is `running`, and CrashLoopBackOff is `crashed`. The order of the
// rules is docs/decisions/0004-outcomes.md.
import { disruptionCause, namesEnd, type Cause } from './cause.ts'
import type { EventEvidence, LifeEvidence, NodeEvidence, Outcome, PodEvidence, Verdict } from './evidence.ts'
import { endedBefore, endedByForce, kubeletEnd, statedEnd, withoutOutdatedEnd } from './kubelet-end.ts'
import { lifeOutcome, notBefore } from './life-outcome.ts'
import { exitCodeOf } from './made-up.ts'
import { nodeDown, nodeDownOrSaidSo, nodeGone, wentWithNode } from './node-evidence.ts'
import { noEarlierThanStarts } from './outlived.ts'
import { readEvents, wordsOf, type EventFacts } from './read-events.ts'

export interface Evidence {
  /** null for a pod that only lines or Events name. */
  pod: PodEvidence | null
  /** Of one container in the order in which they were there (instances.ts), with Events of OOM kills (oom-event.ts). */
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
  const facts = readEvents(pod, reported.events, newest)
  const stated = pod === null ? undefined : statedEnd(pod, lives, main, facts.evicted?.time)
  if (stated !== undefined) return { ...endOfPod(stated, evidence, main, stated.at), conditionAt: stated.conditionAt }
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
  if (pod.phase === 'Succeeded' || pod.phase === 'Failed' || !notBefore(gone.since, pod.statusAt ?? ''))
    return undefined
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

interface Stop extends Cause {
  /** null where the pod is gone and the time is not known. */
  at: string | null
}

// Deletion, by whomever: a person, the eviction API, the scheduler, a taint, the garbage collector. Only Events of it
// count as well.
function stopping({ pod, node = [] }: Evidence, facts: EventFacts): Stop | undefined {
  const event = facts.tainted ?? facts.stopping
  const notReady = facts.notReady.at(-1)
  const asked = pod !== null && (pod.deletedAt !== null || pod.gone || cleanedUp(pod))
  // A node that went away took pods along that the object, or the last Event, still says are running.
  if (!asked && pod?.phase === 'Succeeded') return undefined
  if (!asked && event === undefined) {
    return pod === null && notReady !== undefined
      ? { outcome: 'node-lost', ...wordsOf(notReady), at: notReady.time }
      : undefined
  }
  const at = earliest(pod?.deletedAt ?? null, event?.time ?? null)
  const cause = pod === null ? undefined : disruptionCause(pod)
  const tainted = facts.tainted !== undefined || cause?.reason === 'DeletionByTaintManager'
  if (tainted && notReady !== undefined) return { outcome: 'node-lost', ...wordsOf(notReady), at }
  const down = tainted ? nodeDown(node, at) : undefined
  if (down !== undefined) return { outcome: 'node-lost', ...wordsOf(down), at }
  if (cause !== undefined) return { ...cause, at }
  if (facts.tainted !== undefined) return { outcome: 'evicted', ...wordsOf(facts.tainted), at }
  return { outcome: 'deleted', reason: facts.stopping?.reason ?? '', message: facts.stopping?.message ?? '', at }
}

// The pod garbage collector itself writes the phase before it deletes a pod.
const cleanedUp = ({ disruption, phase }: PodEvidence): boolean =>
  disruption === 'DeletionByPodGC' && phase === 'Failed'

const earliest = (a: string | null, b: string | null): string | null => (a === null || (b !== null && b < a) ? b : a)

// Was the pod well when its end was asked for? A container that had died before, and was not restarted, died of its
// own.
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

function endOfPod(
  cause: Cause,
  { pod, lives }: Evidence,
  main: readonly LifeEvidence[],
  endAt: string | null,
): Verdict {
  const last = latest(
    main.filter(
      (life) =>
        life.state === 'terminated' &&
        (endAt === null || life.finishedAt === null || notBefore(life.finishedAt, endAt)),
    ),
  )
  const diedAt =
    last?.finishedAt ?? noEarlierThanStarts(endAt ?? pod?.statusAt ?? null, lives) ?? latest(lives)?.finishedAt ?? null
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
  const by = (
    outcome: Outcome,
    life: LifeEvidence | undefined,
    words?: { reason: string; message: string },
  ): Verdict => ({
    outcome,
    reason: words?.reason ?? life?.reason ?? '',
    message: words?.message || life?.message || '',
    exitCode: life === undefined ? null : exitCodeOf(life),
    diedAt:
      life?.finishedAt ?? (over ? noEarlierThanStarts(pod?.deletedAt ?? pod?.statusAt ?? null, evidence.lives) : null),
    endAt: null,
    life: life ?? null,
    over,
  })
  if (pod?.phase === 'Succeeded') return by('completed', latest(dead) ?? undefined)
  const { node = [] } = evidence
  const ended = [...dead, ...failedBesides(newest, pod, main)]
  const bad = latest(ended.filter((life) => isBad(lifeOutcome(life)) && !wentWithNode(life, node, facts.notReady)))
  const looping = pod !== null && crashLooping(pod)
  if (bad !== undefined) {
    if (lifeOutcome(bad) === 'oomkilled') return by('oomkilled', bad, { reason: 'OOMKilled', message: bad.message })
    return by('crashed', bad, looping ? { reason: 'CrashLoopBackOff', message: bad.message } : undefined)
  }
  const words = pod === null ? undefined : { reason: pod.reason, message: pod.message }
  if (looping)
    return by('crashed', latest(newest.filter(({ container }) => pod.waiting[container] === 'CrashLoopBackOff')), {
      reason: 'CrashLoopBackOff',
      message: '',
    })
  if (facts.death !== undefined && (pod === null || !over)) {
    const verdict = by(
      facts.death.meaning === 'oomkilled' ? 'oomkilled' : 'crashed',
      latest(dead),
      wordsOf(facts.death),
    )
    return { ...verdict, diedAt: verdict.diedAt ?? facts.death.time }
  }
  const lost = ended.find((life) => lifeOutcome(life) === 'unknown' || wentWithNode(life, node, facts.notReady))
  const down =
    lost === undefined || !over
      ? undefined
      : nodeDownOrSaidSo(node, facts.notReady, lost.finishedAt ?? pod?.statusAt ?? null)
  if (lost !== undefined && down !== undefined) return by('node-lost', lost, wordsOf(down))
  // All of them ended well, and still somebody called it failed; or nobody told of any.
  if (pod?.phase === 'Failed')
    return lost === undefined
      ? by('crashed', dead.length === main.length ? latest(dead) : undefined, words)
      : by('unknown', lost)
  if (dead.length > 0 && dead.length === main.length && (over || !waitsToStart(pod, newest)))
    return by(lost === undefined ? 'completed' : 'unknown', lost ?? latest(dead))
  if (over) return by('unknown', undefined, words)
  // The pod lives, and has the words of its last death: users look for an OOM kill after the restart, too.
  const survived = latest(
    evidence.lives.filter(
      (life) =>
        isMain(life) &&
        life.state === 'terminated' &&
        isBad(lifeOutcome(life)) &&
        !wentWithNode(life, node, facts.notReady),
    ),
  )
  if (survived !== undefined) return { ...by(lifeOutcome(survived), survived), diedAt: null }
  const waiting = pod === null ? undefined : Object.values(pod.waiting)[0]
  if (pod !== null || facts.alive) return { ...by('running', undefined, runningWords(pod, waiting)), diedAt: null }
  return by('unknown', undefined)
}

// A container that does the work, or an init container before it, is to start (again). Sidecars do not hold up the end.
function waitsToStart(pod: PodEvidence | null, newest: readonly LifeEvidence[]): boolean {
  const besides = newest
    .filter(({ kind }) => kind === 'sidecar' || kind === 'ephemeral')
    .map(({ container }) => container)
  return Object.keys(pod?.waiting ?? {}).some((container) => !besides.includes(container))
}

// Words of an end that the pod outlived say nothing of how it is.
function runningWords(pod: PodEvidence | null, waiting: string | undefined) {
  if (pod === null || namesEnd(pod)) return { reason: waiting ?? '', message: '' }
  return { reason: waiting ?? pod.reason, message: pod.message }
}

// Init containers count until the work has begun; a sidecar only while it crash-loops.
function failedBesides(
  newest: readonly LifeEvidence[],
  pod: PodEvidence | null,
  main: readonly LifeEvidence[],
): LifeEvidence[] {
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
