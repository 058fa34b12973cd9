// Pure: what an Event about a pod means for its life. Any client of the API may write any reason, so a reason that ends
// a pod counts only from a component that uses it as Kubernetes does, or with Kubernetes' message.
// docs/decisions/0004-outcomes.md has the sources.
import type { EventEvidence } from './evidence.ts'

/** `none` for the many Events that mean neither an end nor a start. */
export type EventMeaning =
  | 'evicted'
  | 'node-lost'
  | 'tainted'
  | 'untainted'
  | 'not-ready'
  | 'stopping'
  | 'oomkilled'
  | 'crashing'
  | 'deadline'
  | 'started'
  | 'alive'
  | 'none'

export function eventMeaning(event: Pick<EventEvidence, 'reason' | 'message' | 'component'>): EventMeaning {
  const { reason, message, component } = event
  // Where an agent dropped the component, the reason counts.
  const from = (writers: RegExp, meaning: EventMeaning): EventMeaning =>
    component === '' || writers.test(component) ? meaning : 'none'
  switch (reason) {
    case 'Evicted':
      return from(evictors, 'evicted')
    case 'Preempting':
      return from(kubelet, 'evicted')
    case 'Preempted':
      // The victim existed in the scheduler's memory only: it was not bound yet, and is scheduled again.
      if (message.includes('(in kube-scheduler memory)')) return 'none'
      // The component of a custom scheduler is the name of its profile.
      return /^Preempted by .+ on node /.test(message) ? 'evicted' : from(schedulers, 'evicted')
    case 'Descheduled':
      return from(/descheduler/, 'evicted')
    case 'EvictedByVPA':
      return from(/^vpa-/, 'evicted')
    case 'TaintManagerEviction':
      return from(controllers, message.startsWith('Cancelling') ? 'untainted' : 'tainted')
    case 'NodeNotReady':
      return from(controllers, 'not-ready')
    case 'NodeLost':
      return from(controllers, 'node-lost')
    case 'NodeShutdown':
    case 'Terminated':
    case 'Shutdown':
      return from(kubelet, 'node-lost')
    case 'OOMKilling':
    case 'OOMKilled':
      return from(oomWatchers, 'oomkilled')
    case 'DeadlineExceeded':
      return from(deadlines, 'deadline')
    case 'CrashLoopBackOff':
      return from(kubelet, 'crashing')
    case 'BackOff':
      return /restarting failed|Back-off restarting/.test(message) ? 'crashing' : 'alive'
    case 'Killing':
      // A probe or a changed definition restarts one container. "Stopping container x" (older: "Need to kill Pod")
      // stops it for good.
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

/** Whether a fieldPath names a container that is not of `spec.containers`. */
export const isBeside = (fieldPath: string): boolean =>
  /^spec\.(?:initContainers|ephemeralContainers)\{/.test(fieldPath)

const kubelet = /^kubelet$/
/** Karpenter writes an Event for each pod that it drained through the eviction API. */
const evictors = /^(?:kubelet|karpenter)$/
const schedulers = /^(?:default-scheduler|kube-scheduler)$/
/** Components of the kube-controller-manager, by the names that they had over the years. */
const controllers = new RegExp(
  `^(?:${[
    'kube-controller-manager',
    'controllermanager',
    'node-controller',
    'taint-controller',
    'taint-eviction-controller',
    'disruption-controller',
    'pod-garbage-collector',
  ].join('|')})$`,
)
const deadlines = /^(?:kubelet|job-controller|kube-controller-manager|controllermanager)$/
/** The kubelet, and the node problem detector, which names itself by the source that it reads. */
const oomWatchers = /^(?:kubelet|kernel-monitor|systemd-monitor)$/
