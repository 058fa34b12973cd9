// Pure: a Node object as a row of `nodes`, and each state that it tells of as a row of `node_states`: a node that comes back forgets that
// it was away. A row depends on the object alone, so that whoever tells it again, and each heartbeat, tells the same rows.
import type { KubernetesNode } from '../formats/kubernetes-schema.ts'
import { factVersion } from './fact-version.ts'
import { laterOf, latestBelieved } from './kubernetes-time.ts'
import type { Origin } from './origin.ts'
import type { Change } from './pod-facts.ts'

/** `object`: the Node as JSON. Times as the engine reads them, null where not told. */
export function nodeFacts(
  { metadata, spec, status }: KubernetesNode,
  { change, object, origin }: { change: Change; object: string; origin: Origin },
) {
  const told = [
    metadata.creationTimestamp,
    metadata.deletionTimestamp,
    ...metadata.managedFields.map(({ time }) => time),
    ...(spec?.taints ?? []).map(({ timeAdded }) => timeAdded),
    ...(status?.conditions ?? []).flatMap(({ lastTransitionTime, lastHeartbeatTime }) => [lastTransitionTime, lastHeartbeatTime]),
  ]
  const latest = latestBelieved(origin.receivedMs)
  const statusAt = told.filter((time) => time !== null && time <= latest).reduce(laterOf, null)
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

/** `row`: what nodeFacts made of the same object. A state of an object that tells no time at all is left out. */
export function nodeStates({ metadata, spec, status }: KubernetesNode, row: ReturnType<typeof nodeFacts>) {
  // Not the newest time of all: that of a heartbeat would make a new state every few minutes.
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
  // An API server does not say when a Node was removed: not before the newest time that it told.
  const gone =
    row.gone === 1
      ? [{ what: 'gone', status: 'True', since: removedAt(metadata.deletionTimestamp, row.status_at), reason: '', message: '' }]
      : []
  const { tenant, cluster, name: node, uid, version } = row
  return [...conditions, ...taints, ...gone].flatMap((state) =>
    state.since === null ? [] : [{ tenant, cluster, node, node_uid: uid, version, ...state, since: state.since }],
  )
}

// A clock that runs ahead does not put the ends of a node's pods years away.
const removedAt = (deletion: string | null, newest: string | null): string | null =>
  deletion === null || newest === null || deletion > newest ? newest : deletion
