// Pure: a Pod object as a row of `pods`. Keys are columns of services/ingest/store/columns.ts.
import type { KubernetesPod } from '../formats/kubernetes-schema.ts'
import { deletionTime } from './deletion-time.ts'
import { factVersion } from './fact-version.ts'
import { laterOf, latestBelieved } from './kubernetes-time.ts'
import type { Origin } from './origin.ts'

/** `deleted` where a watch event said DELETED. Any other object is `reported`. */
export type Change = 'reported' | 'deleted'

/** The owner of a pod, as users name it. */
export interface Owner {
  kind: string
  name: string
}

/** `object` is the Pod as JSON. Times are in the engine's form, null where the object has none. */
export function podFacts(
  pod: KubernetesPod,
  { change, object, origin }: { change: Change; object: string; origin: Origin },
) {
  const { metadata, spec, status } = pod
  const { name, namespace, uid, labels, annotations } = metadata
  const controller = metadata.ownerReferences.find((reference) => reference.controller === true) ??
    metadata.ownerReferences[0] ?? { kind: '', name: '' }
  const owner = peoplesOwner(controller, labels)
  const deletedAt = deletionTime(pod)
  const disruption = status?.conditions.find(
    ({ type, status: value }) => type === 'DisruptionTarget' && value === 'True',
  )
  const ready = status?.conditions.find(({ type, status: value }) => type === 'Ready' && value === 'True')
  const gone = change === 'deleted'
  const statusAt = newestTime(pod, deletedAt, latestBelieved(origin.receivedMs))
  return {
    tenant: origin.tenant,
    cluster: origin.cluster,
    namespace,
    name,
    uid,
    mirror_uid: annotations['kubernetes.io/config.mirror'] ?? '',
    version: factVersion({ rank: rank(pod, gone), resourceVersion: metadata.resourceVersion, newest: statusAt }),
    node: spec?.nodeName || origin.node,
    phase: status?.phase ?? '',
    reason: status?.reason ?? '',
    message: status?.message ?? '',
    disruption: disruption?.reason ?? '',
    disruption_message: disruption?.message ?? '',
    disruption_at: disruption?.lastTransitionTime ?? null,
    waiting: waitingReasons(pod),
    ip: status?.podIP ?? '',
    owner_kind: owner.kind,
    owner_name: owner.name,
    controller_kind: controller.kind,
    controller_name: controller.name,
    created_at: metadata.creationTimestamp,
    started_at: status?.startTime ?? null,
    deleted_at: deletedAt,
    gone: gone ? 1 : 0,
    status_at: statusAt,
    ready_at: ready?.lastTransitionTime ?? null,
    labels,
    annotations,
    object,
  }
}

// None of these can be undone: a finished phase never goes back, a deletion is never withdrawn, a uid never returns.
function rank({ metadata, status }: KubernetesPod, gone: boolean): number {
  if (gone) return 3
  const over = status?.phase === 'Succeeded' || status?.phase === 'Failed'
  return (over ? 1 : 0) + (metadata.deletionTimestamp === null ? 0 : 1)
}

/** Replaces a ReplicaSet whose name ends in the pod-template-hash by its Deployment, and an Argo one by its Rollout. */
export function peoplesOwner(controller: Owner, labels: Readonly<Record<string, string>>): Owner {
  const { kind, name } = controller
  if (kind === 'ReplicaSet') {
    const of = (label: string): string | undefined => {
      const hash = labels[label]
      return hash && name.endsWith(`-${hash}`) && name.length > hash.length + 1
        ? name.slice(0, -hash.length - 1)
        : undefined
    }
    const rollout = of('rollouts-pod-template-hash')
    if (rollout !== undefined) return { kind: 'Rollout', name: rollout }
    const deployment = of('pod-template-hash')
    if (deployment !== undefined) return { kind: 'Deployment', name: deployment }
  }
  return { kind, name }
}

function waitingReasons({ status }: KubernetesPod): Record<string, string> {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
  return Object.fromEntries(
    all.flatMap(({ name, state }) => (state?.waiting?.reason ? [[name, state.waiting.reason]] : [])),
  )
}

// Times later than `latest` do not count: else a clock that runs ahead would sort its pods first for years.
function newestTime({ metadata, status }: KubernetesPod, deletedAt: string | null, latest: string): string | null {
  const containers = [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
    ...(status?.ephemeralContainerStatuses ?? []),
  ]
  const times = [
    metadata.creationTimestamp,
    deletedAt,
    status?.startTime ?? null,
    ...metadata.managedFields.map(({ time }) => time),
    ...(status?.conditions ?? []).map(({ lastTransitionTime }) => lastTransitionTime),
    ...containers.flatMap(({ state, lastState }) => [
      state?.running?.startedAt ?? null,
      state?.terminated?.finishedAt ?? null,
      lastState?.terminated?.finishedAt ?? null,
    ]),
  ]
  return times.filter((time) => time !== null && time <= latest).reduce(laterOf, null)
}
