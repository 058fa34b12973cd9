// Pure: ends that the kubelet brings about by itself: evictions, shutdowns of its node, room for a critical pod. It
// writes status.reason and the condition DisruptionTarget/TerminationByKubelet, deletes nothing, and may lose the
// reason on the way to the last status (kubernetes/kubernetes#105467). Both may be left over on a pod that lives on
// after its node came back (#104531, #104798).
import { namesEnd, statusCause, type Cause } from './cause.ts'
import type { LifeEvidence, PodEvidence } from './evidence.ts'
import { notBefore } from './life-outcome.ts'

/** `at` is when the kubelet began the end; null where that is not known. */
export interface KubeletEnd extends Cause {
  at: string | null
}

const shutdown = /node shutdown|node is shutting down/i

/** Returns the end that the condition reports, or undefined where the pod lived on, or had finished its work before. */
export function kubeletEnd(
  pod: PodEvidence,
  lives: readonly LifeEvidence[],
  main: readonly LifeEvidence[],
): KubeletEnd | undefined {
  const { disruption: reason, disruptionMessage: message, disruptionAt: at } = pod
  if (reason !== 'TerminationByKubelet' || startedAgain(pod, lives, main) !== undefined) return undefined
  if (pod.phase === 'Succeeded' && at !== null && endedBefore(at, main)) return undefined
  return { outcome: shutdown.test(message) ? 'node-lost' : 'evicted', reason, message, at }
}

/**
 * The end that status.reason tells; undefined where the pod lived on, or had done its work before. Kubelets before 1.26
 * write no condition beside it. `eventAt`: when an Event told of it.
 */
export function statedEnd(
  pod: PodEvidence,
  lives: readonly LifeEvidence[],
  main: readonly LifeEvidence[],
  eventAt: string | undefined,
): (KubeletEnd & { conditionAt: string | null }) | undefined {
  const cause = statusCause(pod)
  if (cause === undefined || startedAgain(pod, lives, main) !== undefined) return undefined
  const conditionAt = pod.disruption === 'TerminationByKubelet' ? pod.disruptionAt : null
  const [begun] = [eventAt ?? null, conditionAt].filter((time) => time !== null).toSorted()
  if (pod.phase === 'Succeeded' && begun !== undefined && endedBefore(begun, main)) return undefined
  // What is over already may be told again, and is deleted later.
  const at = [eventAt ?? null, pod.deletedAt].find((time) => time !== null && !endedBefore(time, main))
  return { ...cause, at: at ?? null, conditionAt }
}

/** Whether every container that works had ended by itself before that time. */
export function endedBefore(at: string, main: readonly LifeEvidence[]): boolean {
  return main.length > 0 && main.every(({ finishedAt }) => finishedAt !== null && !notBefore(finishedAt, at))
}

/**
 * Returns the container that proves that the pod outlived a forced end: the object says that the pod runs and is Ready,
 * and the container started after that end. For a pod that the node controller had lost, it is one that still runs.
 */
export function startedAgain(
  { phase, readyAt, gone, deletedAt, reason, disruption, disruptionAt }: PodEvidence,
  lives: readonly LifeEvidence[],
  main: readonly LifeEvidence[],
): LifeEvidence | undefined {
  if (phase !== 'Running' || readyAt === null || gone || deletedAt !== null) return undefined
  const since = disruption === 'TerminationByKubelet' ? disruptionAt : null
  return main.find((life) => {
    if (life.state !== 'running') return false
    if (reason === 'NodeLost' && since === null) return true
    if (life.startedAt === null || !notBefore(readyAt, life.startedAt)) return false
    return since === null ? isLater(life, lives) : !notBefore(since, life.startedAt)
  })
}

/**
 * Returns the pod as it is now. Some kubelets revoked a phase that was over. An object that knows the end of one
 * instance, and no fact as late as the start of the next one, is older than that start, whatever its version is.
 */
export function withoutOutdatedEnd(
  pod: PodEvidence | null,
  lives: readonly LifeEvidence[],
  main: readonly LifeEvidence[],
): PodEvidence | null {
  if (pod === null || pod.gone || pod.statusAt === null || (pod.phase !== 'Failed' && pod.phase !== 'Succeeded'))
    return pod
  const newest = pod.statusAt
  const isNewer = ({ startedAt }: LifeEvidence): boolean => startedAt !== null && !notBefore(newest, startedAt)
  // A status may have nothing but a reason, and no time but the pod's start.
  const isKnown = ({ finishedAt }: LifeEvidence): boolean => finishedAt !== null && notBefore(newest, finishedAt)
  const outlived = main.some(
    (life) =>
      isNewer(life) && lives.some((other) => other.container === life.container && other !== life && isKnown(other)),
  )
  if (!outlived) return pod
  return {
    ...pod,
    phase: 'Running',
    reason: '',
    message: '',
    disruption: '',
    disruptionMessage: '',
    disruptionAt: null,
  }
}

/** Whether the life is the last one before a restart, in a pod whose status still states its forced end. */
export function endedByForce(life: LifeEvidence, lives: readonly LifeEvidence[], pod: PodEvidence | null): boolean {
  if (pod === null || !(namesEnd(pod) || pod.disruption === 'TerminationByKubelet')) return false
  return lives.filter(({ container }) => container === life.container).at(-2) === life
}

/** Whether another instance of its container was there before. */
const isLater = (life: LifeEvidence, lives: readonly LifeEvidence[]): boolean =>
  (life.restart ?? 0) > 0 || lives.some((other) => other !== life && other.container === life.container)
