// Pure: when the deletion of a pod was requested, as near as one object of it tells. The deletion caused all ends after
// it. deletionTimestamp is the time of the request plus the grace period, until the kubelet deletes for good with a
// grace period of 0. API servers then set it to that moment (k8s.io/apiserver/pkg/registry/rest/delete.go,
// BeforeDelete), which is after the ends of the containers.
import type { ContainerStatus, KubernetesPod } from '../formats/kubernetes-schema.ts'
import { secondsBefore } from './kubernetes-time.ts'

/**
 * The kubelet deletes for good once volumes are unmounted: seconds after the last container, rarely later than this.
 */
const teardownSMax = 60

/** Returns null where no deletion was requested, or where the object does not tell when. */
export function deletionTime(pod: KubernetesPod): string | null {
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata
  if (deletionTimestamp === null) return null
  const requestedAt = secondsBefore(deletionTimestamp, deletionGracePeriodSeconds)
  if (deletionGracePeriodSeconds > 0) return requestedAt
  const disrupted = (pod.status?.conditions ?? []).filter(
    ({ type, status }) => type === 'DisruptionTarget' && status === 'True',
  )
  const restarts = (pod.spec?.restartPolicy ?? '') === '' || pod.spec?.restartPolicy === 'Always'
  const since = secondsBefore(requestedAt, teardownSMax)
  const ends = (pod.status?.containerStatuses ?? [])
    .map((status) => endByDeletion(status, restarts))
    .filter((time) => time !== null && time >= since)
  const earlier = [requestedAt, ...ends, ...disrupted.map(({ lastTransitionTime }) => lastTransitionTime)].filter(
    (time) => time !== null,
  )
  return earlier.reduce((first, time) => (time < first ? time : first))
}

// The end of a container that a signal stopped, or that the kubelet would have restarted had its pod not been deleted.
function endByDeletion({ state, restartCount }: ContainerStatus, restarts: boolean): string | null {
  const end = state?.terminated
  if (!end || end.reason === 'OOMKilled') return null
  const stopped = end.exitCode === 143 || end.exitCode === 137
  return stopped || (restarts && (end.exitCode === 0 || restartCount === 0)) ? end.finishedAt : null
}
