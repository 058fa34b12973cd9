// Pure: an Event is evidence of an end as long as nothing says that the pod, or its container, lived on.
import type { EventEvidence, LifeEvidence, PodEvidence } from './evidence.ts'

/** An instance of its container, or of any where it is about the whole pod, started afterwards. `newest`: the last of each container. */
export function startedAfter({ time, container }: EventEvidence, newest: readonly LifeEvidence[]): boolean {
  return newest.some(
    (life) =>
      (container === '' || life.container === container) && life.startedAt !== null && second(life.startedAt) > second(time),
  )
}

/** The object is newer than the Event, was not to be deleted, and says that the pod ran and was Ready. */
export function readyAfter({ time }: EventEvidence, pod: PodEvidence | null): boolean {
  if (pod === null || pod.gone || pod.deletedAt !== null || pod.disruption !== '') return false
  return pod.phase === 'Running' && pod.readyAt !== null && second(pod.statusAt ?? '') > second(time)
}

/** Kubernetes tells whole seconds. */
const second = (time: string): string => time.slice(0, 19)
