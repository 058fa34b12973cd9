// Pure: what was the matter with a pod's node around a time, from the states that Kubernetes told of it: conditions,
// taints, deletion.
import type { EventEvidence, LifeEvidence, NodeEvidence } from './evidence.ts'
import { secondsBetween } from './clock.ts'
import { notBefore } from './life-outcome.ts'

/** Returns the node's Ready condition at that time, where it was not True. null asks for the newest one. */
export function nodeDown(states: readonly NodeEvidence[], at: string | null): NodeEvidence | undefined {
  const ready = newestBy(states, at, ({ what }) => what === 'Ready')
  return ready === undefined || ready.status === 'True' ? undefined : ready
}

/** Returns the newest taint until then that evicts pods. */
export const evictingTaint = (states: readonly NodeEvidence[], at: string | null): NodeEvidence | undefined =>
  newestBy(states, at, ({ what, status }) => what.startsWith('taint:') && status === 'NoExecute')

/** Taints that a cloud or its agents set before they take the node away, by their documentation. */
const notices = new RegExp(
  `^taint:(?:${[
    String.raw`aws-node-termination-handler\/.+`,
    String.raw`cloud\.google\.com\/impending-node-termination`,
    String.raw`karpenter\.sh\/(?:disruption|disrupted|interruption)`,
    'ToBeDeletedByClusterAutoscaler',
    String.raw`node\.cloudprovider\.kubernetes\.io\/shutdown`,
  ].join('|')})$`,
)

/** Returns a taint that announced the end of the node within the hour before. */
export const endNotice = (states: readonly NodeEvidence[], at: string): NodeEvidence | undefined =>
  newestBy(states, at, ({ what, since }) => notices.test(what) && secondsBetween(since, at) <= 3600)

export const nodeGone = (states: readonly NodeEvidence[]): NodeEvidence | undefined =>
  newestBy(states, null, ({ what }) => what === 'gone')

/** That the node was not ready: a state of the node, or an Event that its controller wrote on the pod. */
type NodeWord = Pick<NodeEvidence, 'reason' | 'message'>

/**
 * The node's own states decide where one is known from that Event on, else the Event does (MarkPodsNotReady in
 * pkg/controller/util/node/controller_utils.go).
 */
export function nodeDownOrSaidSo(
  states: readonly NodeEvidence[],
  notReady: readonly EventEvidence[],
  at: string | null,
): NodeWord | undefined {
  const event = notReady.findLast(({ time }) => at === null || notBefore(at, time))
  const ready = newestBy(states, at, ({ what }) => what === 'Ready')
  if (event === undefined || (ready !== undefined && notBefore(ready.since, event.time))) return nodeDown(states, at)
  return event
}

/**
 * docker and CRI-O write 255 and Error for a container that is gone after a reboot: a node that was down by then tells.
 */
export const wentWithNode = (
  { exitCode, finishedAt }: LifeEvidence,
  states: readonly NodeEvidence[],
  notReady: readonly EventEvidence[],
): boolean => exitCode === 255 && finishedAt !== null && nodeDownOrSaidSo(states, notReady, finishedAt) !== undefined

/** Returns `node.kubernetes.io/unreachable` for `taint:node.kubernetes.io/unreachable`. */
export const taintKey = ({ what }: NodeEvidence): string => what.slice('taint:'.length)

function newestBy(
  states: readonly NodeEvidence[],
  at: string | null,
  wanted: (state: NodeEvidence) => boolean,
): NodeEvidence | undefined {
  return states
    .filter((state) => wanted(state) && (at === null || notBefore(at, state.since)))
    .reduce<NodeEvidence | undefined>(
      (last, state) => (last === undefined || state.since >= last.since ? state : last),
      undefined,
    )
}
