// Pure: when the deletion of a pod was asked for, as near as one object of it tells. Whatever died after that died of the deletion.
// deletionTimestamp is the time of the request plus the grace period, until the kubelet deletes for good with a grace period of 0: API
// servers then set it to that moment (k8s.io/apiserver/pkg/registry/rest/delete.go, BeforeDelete), which is after the containers' ends.
import type { ContainerStatus, KubernetesPod } from '../formats/kubernetes-schema.ts'
import { secondsBefore } from './kubernetes-time.ts'

/** The kubelet deletes for good once volumes are unmounted: seconds after the last container, seldom more. */
const teardownSMax = 60

/** null where deletion was not asked for, or where it is not told when. */
export function deletionTime(pod: KubernetesPod): string | null {
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata
  if (deletionTimestamp === null) return null
  const told = secondsBefore(deletionTimestamp, deletionGracePeriodSeconds)
  if (deletionGracePeriodSeconds > 0) return told
  const disrupted = (pod.status?.conditions ?? []).filter(({ type, status }) => type === 'DisruptionTarget' && status === 'True')
  const restarts = (pod.spec?.restartPolicy ?? '') === '' || pod.spec?.restartPolicy === 'Always'
  const since = secondsBefore(told, teardownSMax)
  const ends = (pod.status?.containerStatuses ?? [])
    .map((status) => endByDeletion(status, restarts))
    .filter((time) => time !== null && time >= since)
  const earlier = [told, ...ends, ...disrupted.map(({ lastTransitionTime }) => lastTransitionTime)].filter(
    (time) => time !== null,
  )
  return earlier.reduce((first, time) => (time < first ? time : first))
}

// A container that was stopped by a signal, or that would have been started again had its pod not been on its way out.
function endByDeletion({ state, restartCount }: ContainerStatus, restarts: boolean): string | null {
  const end = state?.terminated
  if (!end || end.reason === 'OOMKilled') return null
  const stopped = end.exitCode === 143 || end.exitCode === 137
  return stopped || (restarts && (end.exitCode === 0 || restartCount === 0)) ? end.finishedAt : null
}
