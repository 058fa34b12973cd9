// Pure: an Event is evidence of an end only while no fact says that the pod, or its container, lived on.
import type { EventEvidence, LifeEvidence, PodEvidence } from './evidence.ts'

/**
 * Whether an instance of its container started afterwards, or any instance where the Event is about the whole pod.
 * `newest` has the last instance of each container.
 */
export function startedAfter({ time, container }: EventEvidence, newest: readonly LifeEvidence[]): boolean {
  return newest.some(
    (life) =>
      (container === '' || life.container === container) &&
      life.startedAt !== null &&
      second(life.startedAt) > second(time),
  )
}

/** Whether the object is newer than the Event, has no deletion, and says that the pod ran and was Ready. */
export function readyAfter({ time }: EventEvidence, pod: PodEvidence | null): boolean {
  if (pod === null || pod.gone || pod.deletedAt !== null || pod.disruption !== '') return false
  return pod.phase === 'Running' && pod.readyAt !== null && second(pod.statusAt ?? '') > second(time)
}

/**
 * The kubelet stops containers in the words of a deletion whenever nothing of a pod is left to run (killPod after
 * computePodActions in pkg/kubelet/kuberuntime/kuberuntime_manager.go): a failed probe with restartPolicy Never, a
 * changed sandbox, work that is done. An object from after that, or with a phase that is over, would know of a
 * deletion.
 */
export function stoppedUndeleted({ time }: EventEvidence, pod: PodEvidence | null): boolean {
  if (pod === null || pod.gone || pod.deletedAt !== null || pod.disruption !== '') return false
  return pod.phase === 'Failed' || pod.phase === 'Succeeded' || second(pod.statusAt ?? '') > second(time)
}

/**
 * A pod did not die before a container of it started: a status that holds only the reason of an end has no time but
 * that of the pod's start. null where no time is known.
 */
export function noEarlierThanStarts(time: string | null, lives: readonly LifeEvidence[]): string | null {
  if (time === null) return null
  return lives.reduce((last, { startedAt }) => (startedAt !== null && startedAt > last ? startedAt : last), time)
}

/** Kubernetes tells whole seconds. */
const second = (time: string): string => time.slice(0, 19)
