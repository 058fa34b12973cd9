// Pure: a Node object as a row of `nodes`, and each of its states as a row of `node_states`, since a node that comes
// back drops the state of its absence. A row depends on the object alone, so that a resent object and each heartbeat
// give the same rows.
import type { KubernetesNode } from '../formats/kubernetes-schema.ts'
import { factVersion } from './fact-version.ts'
import { laterOf, latestBelieved } from './kubernetes-time.ts'
import type { Origin } from './origin.ts'
import type { Change } from './pod-facts.ts'

/** `object` is the Node as JSON. Times are in the engine's form, null where the object has none. */
export function nodeFacts(
  { metadata, spec, status }: KubernetesNode,
  { change, object, origin }: { change: Change; object: string; origin: Origin },
) {
  const times = [
    metadata.creationTimestamp,
    metadata.deletionTimestamp,
    ...metadata.managedFields.map(({ time }) => time),
    ...(spec?.taints ?? []).map(({ timeAdded }) => timeAdded),
    ...(status?.conditions ?? []).flatMap(({ lastTransitionTime, lastHeartbeatTime }) => [
      lastTransitionTime,
      lastHeartbeatTime,
    ]),
  ]
  const latest = latestBelieved(origin.receivedMs)
  const statusAt = times.filter((time) => time !== null && time <= latest).reduce(laterOf, null)
  const gone = change === 'deleted'
  return {
    tenant: origin.tenant,
    cluster: origin.cluster,
    name: metadata.name,
    uid: metadata.uid,
    version: factVersion({ rank: gone ? 1 : 0, resourceVersion: metadata.resourceVersion, newest: statusAt }),
    created_at: metadata.creationTimestamp,
    gone: gone ? 1 : 0,
    status_at: statusAt,
    labels: metadata.labels,
    object,
  }
}

/** `row` is what nodeFacts returned for the same object. The states of an object without any time are left out. */
export function nodeStates({ metadata, spec, status }: KubernetesNode, row: ReturnType<typeof nodeFacts>) {
  // The newest time of all would not do: a heartbeat's would make a new state every few minutes.
  const changedAt =
    metadata.managedFields
      .filter(({ subresource }) => subresource === '')
      .map(({ time }) => time)
      .reduce(laterOf, metadata.creationTimestamp) ?? row.status_at
  const conditions = (status?.conditions ?? []).map((condition) => ({
    what: condition.type,
    status: condition.status,
    since: condition.lastTransitionTime ?? metadata.creationTimestamp ?? row.status_at,
    reason: condition.reason,
    message: condition.message,
  }))
  const taints = (spec?.taints ?? []).map(({ key, value, effect, timeAdded }) => ({
    what: `taint:${key}`,
    status: effect,
    since: timeAdded ?? changedAt,
    reason: '',
    message: value,
  }))
  // An API server does not say when a Node was removed. The newest time in the object is a lower bound.
  const gone =
    row.gone === 1
      ? [
          {
            what: 'gone',
            status: 'True',
            since: removedAt(metadata.deletionTimestamp, row.status_at),
            reason: '',
            message: '',
          },
        ]
      : []
  const { tenant, cluster, name: node, uid, version } = row
  return [...conditions, ...taints, ...gone].flatMap((state) =>
    state.since === null ? [] : [{ tenant, cluster, node, node_uid: uid, version, ...state, since: state.since }],
  )
}

// A clock that runs ahead does not put the ends of a node's pods years away.
const removedAt = (deletion: string | null, newest: string | null): string | null =>
  deletion === null || newest === null || deletion > newest ? newest : deletion
