// Pure: which words of Kubernetes end a whole pod, and how. Two tables, one for status.reason and the DisruptionTarget condition,
// one for Event reasons. docs/decisions/0004-outcomes.md has the sources.
import type { EventEvidence, Outcome, PodEvidence } from './evidence.ts'

/** An end that came over the whole pod. */
export interface Cause {
  outcome: Outcome
  reason: string
  message: string
}

const statusReasons: Readonly<Record<string, Outcome>> = {
  Evicted: 'evicted',
  Preempting: 'evicted',
  NodeShutdown: 'node-lost',
  Shutdown: 'node-lost',
  Terminated: 'node-lost',
  NodeLost: 'node-lost',
  DeadlineExceeded: 'crashed',
}

/** The kubelet turned the pod away before it ran: NodeAffinity, UnexpectedAdmissionError, OutOfcpu and their like. */
const rejections =
  /^(NodeAffinity|NodeName|NodePorts|NodeUnschedulable|TaintToleration|UnexpectedAdmissionError|OutOf.+|TopologyAffinityError|SMTAlignmentError|PodOS.*|PodFeatureUnsupported|PodLevelResources.*|InitContainerRestartForbidden|AppArmor|SysctlForbidden)$/

const disruptions: Readonly<Record<string, Outcome>> = {
  PreemptionByScheduler: 'evicted',
  EvictionByEvictionAPI: 'evicted',
  TerminationByKubelet: 'evicted',
  DeletionByTaintManager: 'evicted',
  DeletionByPodGC: 'node-lost',
}

/** The end that `status.reason` tells, if it is one; a pod that succeeded has none. */
export function statusCause(pod: PodEvidence): Cause | undefined {
  if (pod.phase === 'Succeeded') return undefined
  const outcome = own(statusReasons, pod.reason) ?? (pod.phase === 'Failed' && isRejection(pod) ? 'evicted' : undefined)
  return outcome && { outcome, reason: pod.reason, message: pod.message }
}

/** Who asked for the deletion, where a DisruptionTarget condition tells. */
export function disruptionCause(pod: PodEvidence): Cause | undefined {
  const outcome = own(disruptions, pod.disruption)
  return outcome && { outcome, reason: pod.disruption, message: pod.disruptionMessage }
}

function isRejection(pod: PodEvidence): boolean {
  return rejections.test(pod.reason) || (pod.reason !== '' && pod.message.startsWith('Pod was rejected'))
}

/** What an Event on a pod says of its life; `none` for the many that say nothing of an end or a start. */
export type EventMeaning =
  | 'evicted'
  | 'node-lost'
  | 'tainted'
  | 'not-ready'
  | 'stopping'
  | 'oomkilled'
  | 'crashing'
  | 'deadline'
  | 'started'
  | 'alive'
  | 'none'

export function eventMeaning({ reason, message }: Pick<EventEvidence, 'reason' | 'message'>): EventMeaning {
  switch (reason) {
    case 'Evicted':
    case 'Preempted':
    case 'Preempting':
    case 'Descheduled':
    case 'EvictedByVPA':
      return 'evicted'
    case 'TaintManagerEviction':
      return message.startsWith('Cancelling') ? 'none' : 'tainted'
    case 'NodeNotReady':
      return 'not-ready'
    case 'NodeShutdown':
    case 'NodeLost':
    case 'Terminated':
    case 'Shutdown':
      return 'node-lost'
    case 'OOMKilling':
    case 'OOMKilled':
      return 'oomkilled'
    case 'BackOff':
      return /restarting failed|Back-off restarting/.test(message) ? 'crashing' : 'alive'
    case 'CrashLoopBackOff':
      return 'crashing'
    case 'DeadlineExceeded':
      return 'deadline'
    case 'Killing':
      // A probe or a changed definition restarts one container; "Stopping container x" (older: "Need to kill Pod") stops it for good.
      return /will be (restarted|killed and recreated)|unhealthy/.test(message) ||
        !/Stopping container|Need to kill Pod|^Killing container/.test(message)
        ? 'none'
        : 'stopping'
    case 'Started':
      return 'started'
    case 'Scheduled':
    case 'Pulling':
    case 'Pulled':
    case 'Created':
    case 'FailedScheduling':
    case 'Failed':
    case 'FailedMount':
    case 'FailedCreatePodSandBox':
    case 'Unhealthy':
    case 'SandboxChanged':
      return 'alive'
    default:
      return 'none'
  }
}

function own(table: Readonly<Record<string, Outcome>>, key: string): Outcome | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
