// Pure: an Event is evidence of an end only while no fact says that the pod, or its container, lived on.
import type { EventEvidence, LifeEvidence, PodEvidence } from './evidence.ts'

/**
 * Whether an instance of its container started afterwards, or any instance where the Event is about the whole pod.
 * `newest` has the last instance of each container.
 */
export function startedAfter({ time, container }: EventEvidence, newest: readonly LifeEvidence[]): boolean {
  return newest.some(
    (life) =>
      (container === '' || life.container === container) && life.startedAt !== null && second(life.startedAt) > second(time),
  )
}

/** Whether the object is newer than the Event, has no deletion, and says that the pod ran and was Ready. */
export function readyAfter({ time }: EventEvidence, pod: PodEvidence | null): boolean {
  if (pod === null || pod.gone || pod.deletedAt !== null || pod.disruption !== '') return false
  return pod.phase === 'Running' && pod.readyAt !== null && second(pod.statusAt ?? '') > second(time)
}

/** Kubernetes reports whole seconds. */
const second = (time: string): string => time.slice(0, 19)
