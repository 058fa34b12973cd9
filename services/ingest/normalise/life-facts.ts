// Pure: the container statuses of a Pod as rows of `lives`, one per container instance that they describe.
//
// Restart numbers. The kubelet gives a new instance the number of the one before plus one and writes its log to
// <number>.log (kuberuntime_container.go, startContainer). status.restartCount is the number of the newest instance,
// and
// `state` describes that one. `lastState` describes the one before it, except while the container waits
// (CrashLoopBackOff, CreateContainerError, …): then the kubelet has moved the newest instance's own end from `state` to
// `lastState` (kubelet_pods.go, convertToAPIContainerStatuses), and that dead instance still has the number
// restartCount. docs/decisions/0004-outcomes.md has the details.
import { bareContainerId } from '#shared/container-id.ts'
import { lifeOutcome } from '#shared/lifecycle/life-outcome.ts'
import { madeUpBy } from '#shared/lifecycle/made-up.ts'
import type { ContainerKind } from '#shared/lifecycle/evidence.ts'
import type { ContainerStatus, KubernetesPod } from '../formats/kubernetes-schema.ts'
import { factVersion } from './fact-version.ts'
import type { Origin } from './origin.ts'
import type { podFacts } from './pod-facts.ts'

type Terminated = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>

interface Life {
  restart: number
  state: 'running' | 'terminated'
  startedAt: string | null
  end: Terminated | null
  /** Whether the status is this instance's own, so that its image digest and container id apply. */
  own: boolean
}

/**
 * Returns rows of all containers that run or have run, in the order of the statuses.
 * @param row What podFacts returned for the same object.
 */
export function lifeFacts(pod: KubernetesPod, row: ReturnType<typeof podFacts>, origin: Origin) {
  const sidecars = new Set(
    (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  )
  const { status, metadata } = pod
  const kinds: readonly (readonly [readonly ContainerStatus[], (name: string) => ContainerKind])[] = [
    [status?.initContainerStatuses ?? [], (name) => (sidecars.has(name) ? 'sidecar' : 'init')],
    [status?.containerStatuses ?? [], () => 'container'],
    [status?.ephemeralContainerStatuses ?? [], () => 'ephemeral'],
  ]
  return kinds.flatMap(([statuses, kindOf]) =>
    statuses.flatMap((container) =>
      livesOf(container, metadata.deletionTimestamp !== null).map((life) => {
        const { restart, state, end, own } = life
        const exitCode = end?.exitCode ?? null
        const containerId = bareContainerId(end?.containerID || (own ? container.containerID : ''))
        return {
          tenant: origin.tenant,
          cluster: row.cluster,
          namespace: row.namespace,
          pod: row.name,
          pod_uid: row.uid,
          container: container.name,
          kind: kindOf(container.name),
          restart,
          version: factVersion({ rank: rank(life), resourceVersion: metadata.resourceVersion, newest: row.status_at }),
          container_id: containerId,
          // A made-up end never replaces what an instance reported of itself.
          instance: end !== null && isLost(end) ? '' : containerId,
          node: row.node,
          state,
          started_at: life.startedAt,
          finished_at: end?.finishedAt ?? null,
          outcome: lifeOutcome({ state, reason: end?.reason ?? '', exitCode }),
          reason: end?.reason ?? '',
          message: end?.message ?? '',
          exit_code: exitCode,
          signal: end?.signal || null,
          image: container.image,
          image_id: own ? container.imageID : '',
        }
      }),
    ),
  )
}

function livesOf(container: ContainerStatus, deleting: boolean): Life[] {
  const { restartCount, state, lastState } = container
  const lives: Life[] = []
  const [end, last] = [state?.terminated, lastState?.terminated]
  if (end && !(last && isLostAgain(container, end, last)))
    lives.push(ended(numberOfEnd(container, end, deleting), end, true))
  else if (state?.running)
    lives.push({ restart: restartCount, state: 'running', startedAt: state.running.startedAt, end: null, own: true })
  if (last) {
    const describesNewest = lives.length === 0 && newestIsDead(container, last, deleting)
    // A runtime that lost its state counts from 0. The number of the instance before is then unknown here.
    const earlier = restartCount === 0 && bareContainerId(last.containerID) !== '' ? 0 : restartCount - 1
    const restart = describesNewest ? restartCount : earlier
    if (restart >= 0) lives.push(ended(restart, last, describesNewest))
  }
  return lives
}

/**
 * A status that waits becomes a made-up end once its pod is terminated (status_manager.go, TerminatePod). That end
 * belongs to no instance, so `lastState` describes the newest instance, as it does beside `waiting`.
 */
function isLostAgain({ containerID }: ContainerStatus, end: Terminated, last: Terminated): boolean {
  return isLost(end) && end.startedAt === null && (containerID === '' || containerID === last.containerID)
}

/**
 * The kubelet that makes up the end of a running container counts its restart in advance (RestartCount + 1 in
 * convertToAPIContainerStatuses of kubelet_pods.go), unless the pod is being deleted. One with a container id is found
 * by that.
 */
function numberOfEnd({ restartCount, containerID }: ContainerStatus, end: Terminated, deleting: boolean): number {
  const isCountedAhead =
    isLost(end) && end.startedAt === null && containerID === '' && end.containerID === '' && !deleting
  return isCountedAhead ? Math.max(restartCount - 1, 0) : restartCount
}

const isLost = ({ reason, exitCode }: Terminated): boolean => madeUpBy({ reason, exitCode }) === 'kubelet'

const ended = (restart: number, end: Terminated, own: boolean): Life => ({
  restart,
  state: 'terminated',
  startedAt: end.startedAt,
  end,
  own,
})

// For a container that waits: whether lastState describes instance restartCount, and not the one before.
function newestIsDead(
  { restartCount, containerID, state }: ContainerStatus,
  last: Terminated,
  deleting: boolean,
): boolean {
  if (restartCount === 0) return containerID === '' || last.containerID === '' || containerID === last.containerID
  if (containerID !== '' && last.containerID !== '') return containerID === last.containerID
  // The kubelet made up this end for an instance that vanished. It counts the restart in advance, unless the pod is
  // deleted.
  if (isLost(last)) return deleting
  // In the default state, of a container that the runtime does not know, lastState is left over from an earlier
  // instance.
  return state?.waiting?.reason !== 'ContainerCreating' && state?.waiting?.reason !== 'PodInitializing'
}

// An end outranks a start, an observed end outranks a made-up one, and an instance's own status outranks a lastState.
function rank({ state, end, own }: Life): number {
  if (state === 'running') return 1
  if (end !== null && madeUpBy(end) !== undefined) return 2
  return own ? 4 : 3
}
