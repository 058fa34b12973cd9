// Pure: reasons in a pod's status that end the whole pod, and the outcome of each: status.reason and the
// DisruptionTarget condition. docs/decisions/0004-outcomes.md has the sources.
import type { Outcome, PodEvidence } from './evidence.ts'

/** An end of the whole pod. */
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

/** The kubelet rejected the pod before it ran: NodeAffinity, UnexpectedAdmissionError, OutOfcpu and so on. */
const rejections = new RegExp(
  `^(${[
    'NodeAffinity',
    'NodeName',
    'NodePorts',
    'NodeUnschedulable',
    'TaintToleration',
    'UnexpectedAdmissionError',
    'OutOf.+',
    'TopologyAffinityError',
    'SMTAlignmentError',
    'PodOS.*',
    'PodFeatureUnsupported',
    'PodLevelResources.*',
    'InitContainerRestartForbidden',
    'AppArmor',
    'SysctlForbidden',
  ].join('|')})$`,
)

const disruptions: Readonly<Record<string, Outcome>> = {
  PreemptionByScheduler: 'evicted',
  PreemptionByKubeScheduler: 'evicted',
  EvictionByEvictionAPI: 'evicted',
  DeletionByTaintManager: 'evicted',
  DeletionByPodGC: 'node-lost',
}

/**
 * The end that `status.reason` tells, if it is one. Containers that took SIGTERM well make a phase Succeeded of what
 * the kubelet ended; NodeLost is the word of a controller that only lost sight.
 */
export function statusCause(pod: PodEvidence): Cause | undefined {
  if (pod.phase === 'Succeeded' && (own(statusReasons, pod.reason) === 'crashed' || pod.reason === 'NodeLost'))
    return undefined
  const outcome = own(statusReasons, pod.reason) ?? (pod.phase === 'Failed' && isRejection(pod) ? 'evicted' : undefined)
  return outcome && { outcome, reason: pod.reason, message: pod.message }
}

/** Whether the words in status state an end, whatever the phase is. They may be left over from an earlier one. */
export const namesEnd = ({ reason }: PodEvidence): boolean =>
  Object.hasOwn(statusReasons, reason) || rejections.test(reason)

/**
 * Returns who requested the deletion, where a DisruptionTarget condition states it. Ends by the kubelet are not
 * deletions: kubelet-end.ts.
 */
export function disruptionCause(pod: PodEvidence): Cause | undefined {
  const outcome = own(disruptions, pod.disruption)
  return outcome && { outcome, reason: pod.disruption, message: pod.disruptionMessage }
}

function isRejection(pod: PodEvidence): boolean {
  return rejections.test(pod.reason) || (pod.reason !== '' && pod.message.startsWith('Pod was rejected'))
}

function own(table: Readonly<Record<string, Outcome>>, key: string): Outcome | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
