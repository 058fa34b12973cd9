// A Pod as kubectl reads it. What Kubernetes last told stands, except where it would call a dead pod alive: docs/decisions/0010. What is
// known beyond it is in annotations, two conditions and the containers that it does not list. A pod that nobody told of is made up.
import type { Outcome } from '#shared/lifecycle/evidence.ts'
import { withKnownContainers } from './known-containers.ts'
import { madeUpPod } from './pod-without-object.ts'
import { wholeSecond, type KubernetesObject, type Metadata } from '../api/api-object.ts'
import { sealOf } from './pod-seal.ts'
import type { ContainerStatus, PodObjectSources, PodStatus, ToldPod } from './pod-status.ts'

export function podObject(sources: PodObjectSources): KubernetesObject {
  const { name, rendered, cause, told } = sources
  const { pod, verdict } = rendered
  const base = withKnownContainers(told ?? madeUpPod(sources), rendered.lives)
  const seal = sources.counted ? sealOf(pod) : undefined
  const status = (base['status'] ?? {}) as PodStatus
  const { deletionTimestamp, deletionGracePeriodSeconds, ...kept } = base.metadata
  const shown = verdict.over ? ended(status, rendered) : status
  const asked = {
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds }),
  }
  const metadata: Metadata = {
    ...kept,
    // kubectl says "Terminating" of a pod with such a time, and nothing else.
    ...(verdict.over ? {} : asked),
    name,
    namespace: pod.namespace,
    annotations: {
      ...base.metadata.annotations,
      ...annotationsOf(rendered, cause, {
        ...(name === pod.name ? {} : { name: pod.name }),
        ...(verdict.over && deletionTimestamp !== undefined ? { 'deletion-timestamp': deletionTimestamp } : {}),
        ...(status.phase === undefined || status.phase === shown.phase ? {} : { 'last-reported-phase': status.phase }),
        ...(seal === undefined ? {} : { seal: seal.text }),
      }),
    },
  }
  const conditions = [...(status.conditions ?? []), died(rendered), ...(seal === undefined ? [] : [seal.condition])]
  return {
    ...base,
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    status: { ...shown, conditions },
  }
}

function annotationsOf({ pod }: ToldPod, cause: string, more: Record<string, string>): Record<string, string> {
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

function died({ pod, verdict }: ToldPod): object {
  return {
    type: 'afterlog.io/Died',
    status: verdict.over ? 'True' : pod.outcome === 'unknown' ? 'Unknown' : 'False',
    reason: outcomeWord[pod.outcome],
    message: pod.message,
    lastTransitionTime: pod.diedAt === null ? null : wholeSecond(pod.diedAt),
  }
}

/** The status of a pod that is over: no container of it runs, whatever was last told. */
function ended(status: PodStatus, { pod }: ToldPod): PodStatus {
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
        status[field] === undefined ? [] : [[field, status[field].map((one) => stopped(one, pod.diedAt))]],
      ),
    ),
  }
}

/** In the kubelet's own words for a container whose end nobody saw. */
function stopped(container: ContainerStatus, diedAt: string | null): ContainerStatus {
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
