// Pure: why a pod ended, as one sentence for users, beside the outcome of podOutcome. Where facts contradict each
// other, the sentence says so. docs/decisions/0008-causes-and-obituaries.md has the rules.
import { atClock, clock } from './clock.ts'
import { conflicts } from './conflicts.ts'
import type { NodeEvidence, Verdict } from './evidence.ts'
import { evictionInWords, plain } from './eviction.ts'
import { exitInWords } from './exit-code.ts'
import { endInWords, nameOf, type LifeSurroundings } from './explain-life.ts'
import { lifeOutcome } from './life-outcome.ts'
import { endNotice, evictingTaint, nodeDown, taintKey } from './node-evidence.ts'
import { exitCodeOf } from './made-up.ts'
import { newestLives, type Evidence } from './outcome.ts'

export interface PodSurroundings extends LifeSurroundings {
  evidence: Evidence
}

/** Times in it are beside that of the death. */
export function podInWords(verdict: Verdict, surroundings: PodSurroundings): string {
  const around = { ...surroundings, beside: verdict.diedAt }
  const against = conflicts(verdict, around.evidence)
  return [causeOf(verdict, around), ...against.map((conflict) => `but ${conflict}`)].join('; ')
}

function causeOf(verdict: Verdict, around: PodSurroundings): string {
  switch (verdict.outcome) {
    case 'running':
      return running(around.evidence)
    case 'completed':
      return verdict.life === null ? 'completed' : `completed: ${endInWords(verdict.life, around)}`
    case 'crashed':
    case 'oomkilled':
      return ownDeath(verdict, around)
    case 'evicted':
      return evicted(verdict, around.evidence)
    case 'node-lost':
      return nodeLost(verdict, around.evidence)
    case 'deleted':
      return deleted(verdict, around)
    case 'unknown':
      return unknown(verdict, around)
  }
}

function ownDeath({ life, reason, message, diedAt, outcome, over }: Verdict, around: PodSurroundings): string {
  if (reason === 'DeadlineExceeded') {
    const words = message === '' ? '' : ` (${plain(message)})`
    return `stopped${atClock(diedAt, diedAt)}, since it ran longer than its activeDeadlineSeconds${words}`
  }
  const { pod } = around.evidence
  const looping = Object.entries(pod?.waiting ?? {}).find(([, why]) => why === 'CrashLoopBackOff')
  if (pod?.phase === 'Failed' && (life === null || lifeOutcome(life) === 'completed')) {
    const words = [reason, plain(message)].filter((text) => text !== '').join(': ')
    const how =
      life === null ? '; how its containers ended is not known' : ', although all its containers ended with exit code 0'
    return `it failed${atClock(diedAt, diedAt)}${words === '' ? '' : ` (${words})`}${how}`
  }
  if (life === null) {
    const name = looping?.[0] ?? 'a container'
    const how = outcome === 'oomkilled' ? 'was OOM-killed' : 'crashed'
    return `${name} ${how}${atClock(diedAt, diedAt)}${message === '' ? '; its exit code is not known' : `: ${plain(message)}`}`
  }
  const end = endInWords(life, around)
  if (looping?.[0] === life.container) return `${end}; it crashes again and again (CrashLoopBackOff)`
  const again = around.evidence.lives.find(
    ({ container, state }) => container === life.container && state === 'running',
  )
  return !over && diedAt === null && again !== undefined ? `${end}; it was started again and runs` : end
}

function running({ pod, lives, events, node = [] }: Evidence): string {
  const [name, why] = Object.entries(pod?.waiting ?? {})[0] ?? []
  const silence = illnessOf(nodeDown(node, null))
  if (name !== undefined && why !== undefined) {
    const never = lives.some(({ container }) => container === name) ? '' : ', and has never run'
    return `${name} waits: ${waitingInWords(why)}${never}${silence}`
  }
  const refused = events.findLast(({ reason }) => reason === 'FailedScheduling')
  if (refused !== undefined && pod !== null && pod.startedAt === null && lives.length === 0)
    return `it waits for a node: ${plain(refused.message)}`
  return `it has not died${silence}`
}

function illnessOf(down: NodeEvidence | undefined): string {
  if (down === undefined) return ''
  const since = `since ${clock(down.since, null)} (${down.reason})`
  return down.status === 'Unknown'
    ? `; nothing was heard from its node ${since}, so it may be gone`
    : `; its node says that it has not been ready ${since}`
}

const waits: Readonly<Record<string, string>> = {
  ImagePullBackOff: 'its image cannot be pulled',
  ErrImagePull: 'its image cannot be pulled',
  InvalidImageName: 'the name of its image is not valid',
  ErrImageNeverPull: 'its image is not on the node and may not be pulled',
  CreateContainerConfigError: 'a ConfigMap, a Secret or a key that it needs is missing',
  CreateContainerError: 'the container could not be made',
  RunContainerError: 'the container could not be started',
}

const evictorNames = { Descheduled: 'the descheduler', EvictedByVPA: 'the vertical pod autoscaler' } as const

const waitingInWords = (why: string): string => (Object.hasOwn(waits, why) ? `${waits[why]!} (${why})` : why)

function evicted(verdict: Verdict, { pod, events, node = [] }: Evidence): string {
  const { reason, message, endAt, diedAt, life } = verdict
  const at = endAt ?? diedAt
  const when = atClock(knownEnd(verdict), diedAt)
  switch (reason) {
    case 'Evicted': {
      const why = evictionInWords(message)
      // Other components write Events of this reason too. The pod's status is the kubelet's.
      const by = pod?.reason === 'Evicted' || why !== plain(message) ? ' by the kubelet' : ''
      return `evicted${by}${when}${why === '' ? '; the reason is not known' : `: ${why}`}`
    }
    case 'Preempting':
      return `evicted by the kubelet${when} to make room for a critical pod: ${plain(message)}`
    case 'PreemptionByScheduler':
    case 'PreemptionByKubeScheduler':
    case 'Preempted': {
      const words = events.find((event) => event.reason === 'Preempted')?.message ?? message
      const by = /^Preempted by (?:pod )?([^\s/]+\/\S+|[0-9a-f-]{36}) on node|higher priority pod: (\S+)/
        .exec(words)
        ?.slice(1)
        .find(Boolean)
      const preemptor = by === undefined ? 'a pod' : `pod ${by}`
      return `preempted by the scheduler${when} to make room for ${preemptor} of higher priority`
    }
    case 'EvictionByEvictionAPI': {
      const notice = at === null ? undefined : endNotice(node, at)
      const taint =
        notice === undefined
          ? ''
          : `; its node was to end: taint ${taintKey(notice)} since ${clock(notice.since, diedAt)}`
      return `evicted through the eviction API${when}, as a drain of its node does${taint}`
    }
    case 'DeletionByTaintManager':
    case 'TaintManagerEviction': {
      const taint = evictingTaint(node, at)
      if (taint === undefined) return `evicted${when}, since it did not tolerate a NoExecute taint of its node`
      const words = `the NoExecute taint ${taintKey(taint)} that its node had since ${clock(taint.since, diedAt)}`
      return `evicted${when}, since it did not tolerate ${words}`
    }
    case 'TerminationByKubelet': {
      if (/critical pod/i.test(message))
        return `evicted by the kubelet${when} to make room for a critical pod: ${plain(message)}`
      const why = evictionInWords(message)
      return `evicted by the kubelet${when}${why === '' ? '; it did not say why' : `: ${why}`}`
    }
    case 'Descheduled':
    case 'EvictedByVPA':
      return `evicted by ${evictorNames[reason]}${when}: ${plain(message)}`
    default: {
      const why = plain(message.replace(/^Pod was rejected: |^Pod /, ''))
      return life === null
        ? `refused by the kubelet (${reason}), so that it never ran: ${why}`
        : `refused by the kubelet (${reason}) after it had run: ${why}`
    }
  }
}

function nodeLost(verdict: Verdict, { node = [], events }: Evidence): string {
  const { reason, message, endAt, diedAt } = verdict
  const at = endAt ?? diedAt
  const when = atClock(knownEnd(verdict), diedAt)
  switch (reason) {
    case 'Terminated':
    case 'NodeShutdown':
    case 'Shutdown':
    case 'TerminationByKubelet':
      return `its node was shutting down${when}: ${plain(message)}`
    case 'NodeGone':
      return `its node is gone: it was removed from the cluster${when}, and nothing was heard of the pod since`
    case 'DeletionByPodGC':
      return `its node is gone, and Kubernetes cleaned the pod up${when}: ${plain(message)}`
    default: {
      const down = nodeDown(node, at)
      const givenUp = taken(knownEnd(verdict), diedAt)
      if (down !== undefined)
        return `the node went down: ${nodeInWords(down.message, down.reason)} ${clock(down.since, diedAt)}${givenUp}`
      const event = events.findLast(({ reason: eventReason }) => eventReason === 'NodeNotReady')
      const since = event === undefined ? '' : ` ${clock(event.time, diedAt)}`
      const why = event === undefined ? nodeInWords(message, reason) : 'it was not ready'
      return `the node went down: ${why}${since}${givenUp}`
    }
  }
}

/** Returns when the pod ended, where a fact states it. Without one, `diedAt` is only the newest time in its object. */
const knownEnd = ({ endAt, life }: Verdict): string | null => endAt ?? life?.finishedAt ?? null

const taken = (at: string | null, beside: string | null): string =>
  at === null ? '' : `; the pod was given up at ${clock(at, beside)}`

const nodeInWords = (message: string, reason: string): string =>
  message === ''
    ? reason
    : plain(message).replace('Kubelet stopped posting node status', 'kubelet stopped posting status')

function deleted({ endAt, life, message, diedAt }: Verdict, { evidence }: PodSurroundings): string {
  const { pod, node = [] } = evidence
  const down = endAt === null ? undefined : nodeDown(node, endAt)
  const ill =
    down === undefined ? '' : `; its node had not been ready since ${clock(down.since, diedAt)} (${down.reason})`
  const when = atClock(endAt, diedAt)
  if (life === null) {
    const [name, why] = Object.entries(pod?.waiting ?? {})[0] ?? []
    const waited = name === undefined || why === undefined ? '' : `: ${name} waited, ${waitingInWords(why)}`
    return evidence.lives.length === 0 && pod !== null
      ? `deleted${when}; no container of it is known to have run${waited}${ill}`
      : `deleted${when}${message === '' ? '' : ` (${plain(message)})`}${ill}`
  }
  const end =
    life.state === 'terminated' && exitCodeOf(life) !== null
      ? `; ${nameOf(life)} ended with ${exitInWords(life.exitCode!)}${atClock(life.finishedAt, diedAt)}`
      : `; how ${nameOf(life)} ended is not known`
  return `deleted${when} while it ran${end}${ill}`
}

function unknown({ life, over }: Verdict, around: PodSurroundings): string {
  const { pod, lives } = around.evidence
  if (life !== null) return endInWords(life, around)
  if (pod !== null) return over ? 'it is over; how its containers ended is not known' : 'whether it lives is not known'
  return newestLives(lives).length === 0
    ? 'what became of it is not known'
    : 'what became of it is not known: there are only its lines'
}
