// Pure: a Pod as kubectl reads it: the object that Kubernetes reported last, with annotations, two conditions and
// further containers from the record. It never calls a dead pod alive (docs/decisions/0010). Where Kubernetes reported
// no object, pod-without-object.ts makes one.
import type { Outcome } from '#shared/lifecycle/evidence.ts'
import { withKnownContainers } from './known-containers.ts'
import { podWithoutObject } from './pod-without-object.ts'
import { wholeSecond, type KubernetesObject, type Metadata } from '../api/api-object.ts'
import { sealOf } from './pod-seal.ts'
import type { ContainerStatus, PodObjectSources, PodStatus, RenderedPod } from './pod-status.ts'

export function podObject(sources: PodObjectSources): KubernetesObject {
  const { name, rendered, cause, reported } = sources
  const { pod, verdict } = rendered
  const base = withKnownContainers(reported ?? podWithoutObject(sources), rendered.lives)
  const seal = sources.hasLineCounts ? sealOf(pod) : undefined
  const status = (base['status'] ?? {}) as PodStatus
  const { deletionTimestamp, deletionGracePeriodSeconds, ...baseMetadata } = base.metadata
  const statusNow = verdict.over ? endedStatus(status, rendered) : status
  const deletion = {
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds }),
  }
  const metadata: Metadata = {
    ...baseMetadata,
    // kubectl prints only "Terminating" for a pod with a deletion time, and so hides how the pod ended.
    ...(verdict.over ? {} : deletion),
    name,
    namespace: pod.namespace,
    annotations: {
      ...base.metadata.annotations,
      ...annotationsOf(rendered, cause, {
        ...(name === pod.name ? {} : { name: pod.name }),
        ...(verdict.over && deletionTimestamp !== undefined ? { 'deletion-timestamp': deletionTimestamp } : {}),
        ...(status.phase === undefined || status.phase === statusNow.phase
          ? {}
          : { 'last-reported-phase': status.phase }),
        ...(seal === undefined ? {} : { seal: seal.text }),
      }),
    },
  }
  const conditions = [
    ...(status.conditions ?? []),
    diedCondition(rendered),
    ...(seal === undefined ? [] : [seal.condition]),
  ]
  return {
    ...base,
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    status: { ...statusNow, conditions },
  }
}

function annotationsOf({ pod }: RenderedPod, cause: string, more: Record<string, string>): Record<string, string> {
  const values = {
    outcome: pod.outcome,
    ...(cause === '' ? {} : { cause }),
    ...(pod.exitCode === null ? {} : { 'exit-code': String(pod.exitCode) }),
    ...(pod.diedAt === null ? {} : { 'died-at': pod.diedAt }),
    ...(pod.cluster === '' ? {} : { cluster: pod.cluster }),
    obituary: `/v1/pods/${encodeURIComponent(pod.uid)}/obituary`,
    ...more,
  }
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`afterlog.io/${key}`, value]))
}

function diedCondition({ pod, verdict }: RenderedPod): object {
  return {
    type: 'afterlog.io/Died',
    status: verdict.over ? 'True' : pod.outcome === 'unknown' ? 'Unknown' : 'False',
    reason: outcomeWord[pod.outcome],
    message: pod.message,
    lastTransitionTime: pod.diedAt === null ? null : wholeSecond(pod.diedAt),
  }
}

/** The status of a pod that is over: no container of it runs, whatever Kubernetes reported last. */
function endedStatus(status: PodStatus, { pod }: RenderedPod): PodStatus {
  const isFinal = status.phase === 'Failed' || status.phase === 'Succeeded'
  const reason = status.reason || (isFinal ? '' : outcomeWord[pod.outcome])
  const message = status.message || (isFinal ? '' : pod.message)
  return {
    ...status,
    phase: isFinal ? status.phase! : pod.outcome === 'completed' ? 'Succeeded' : 'Failed',
    ...(reason === '' ? {} : { reason }),
    ...(message === '' ? {} : { message }),
    ...Object.fromEntries(
      (['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses'] as const).flatMap((field) =>
        status[field] === undefined ? [] : [[field, status[field].map((one) => stoppedStatus(one, pod.diedAt))]],
      ),
    ),
  }
}

/** The status of a container that has stopped, in the words of the kubelet where its end was not reported. */
function stoppedStatus(container: ContainerStatus, diedAt: string | null): ContainerStatus {
  const running = container.state?.['running'] as { startedAt?: string } | undefined
  if (running === undefined) return { ...container, ready: false, started: false }
  const terminated = {
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'Kubernetes last reported that it ran; how it ended is not known, and this exit code is made up',
    startedAt: running.startedAt ?? null,
    finishedAt: diedAt === null ? null : wholeSecond(diedAt),
    ...(typeof container['containerID'] === 'string' ? { containerID: container['containerID'] } : {}),
  }
  return { ...container, ready: false, started: false, state: { terminated } }
}

const outcomeWord: Record<Outcome, string> = {
  running: 'Running',
  completed: 'Completed',
  crashed: 'Crashed',
  oomkilled: 'OOMKilled',
  evicted: 'Evicted',
  'node-lost': 'NodeLost',
  deleted: 'Deleted',
  unknown: 'Unknown',
}
