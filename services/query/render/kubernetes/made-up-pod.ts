// A Pod for one that only lines or Events told of, or whose object was not read: its metadata, a container for each that is known.
import type { Life } from '../pod-lives.ts'
import type { RenderedPod } from '../pod.ts'
import type { KubernetesObject } from './object.ts'
import { wholeSecond, type ContainerStatus, type PodObjectSources } from './pod-status.ts'

export function madeUpPod({ name, rendered, row, labels }: Omit<PodObjectSources, 'told' | 'counted'>): KubernetesObject {
  const { pod, lives } = rendered
  const born = row?.createdAt ?? pod.firstSeen
  const of = (...kinds: Life['kind'][]) => newest(lives.filter(({ kind }) => kinds.includes(kind)))
  const work = of('container', '')
  const init = of('init', 'sidecar')
  const debug = of('ephemeral')
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: pod.namespace,
      uid: pod.uid,
      creationTimestamp: born === null ? null : wholeSecond(born),
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
    },
    spec: {
      ...(pod.node === '' ? {} : { nodeName: pod.node }),
      // A Pod has a container, and clients count on it.
      containers: work.length === 0 ? [{ name: 'unknown' }] : work.map(([life]) => container(life!)),
      ...(init.length === 0
        ? {}
        : {
            initContainers: init.map(([life]) => ({
              ...container(life!),
              ...(life!.kind === 'sidecar' ? { restartPolicy: 'Always' } : {}),
            })),
          }),
      ...(debug.length === 0 ? {} : { ephemeralContainers: debug.map(([life]) => container(life!)) }),
    },
    status: {
      phase: row?.phase || phaseOf(rendered),
      ...(row === null || row.ip === '' ? {} : { podIP: row.ip }),
      ...statuses('containerStatuses', work),
      ...statuses('initContainerStatuses', init),
      ...statuses('ephemeralContainerStatuses', debug),
    },
  }
}

/** Lives of each container, the newest first. */
function newest(lives: readonly Life[]): Life[][] {
  return [...Map.groupBy(lives, ({ container: of }) => of).values()].map((ofOne) => ofOne.toReversed())
}

const container = ({ container: name, image }: Life) => ({ name, ...(image === '' ? {} : { image }) })

function phaseOf({ pod, verdict }: RenderedPod): string {
  if (pod.outcome === 'unknown') return 'Unknown'
  if (!verdict.over) return 'Running'
  return pod.outcome === 'completed' ? 'Succeeded' : 'Failed'
}

function statuses(field: string, containers: readonly Life[][]): Record<string, ContainerStatus[]> {
  if (containers.length === 0) return {}
  return {
    [field]: containers.map(([life, before]) => ({
      name: life!.container,
      image: life!.image,
      imageID: life!.imageId,
      containerID: idOf(life!),
      ready: false,
      restartCount: life!.restart ?? 0,
      state: stateOf(life!),
      lastState: before === undefined ? {} : stateOf(before),
    })),
  }
}

/** Clients (stern) take a container without an id for one that never ran, and has no log. */
const idOf = ({ containerId, restart }: Life): string => (containerId === '' ? `afterlog://${restart ?? 'unknown'}` : containerId)

function stateOf(life: Life): Record<string, unknown> {
  const { state, startedAt, firstLine, finishedAt, exitCode, reason, message } = life
  const at = (time: string | null) => (time === null ? null : wholeSecond(time))
  if (state === 'running') return { running: { startedAt: at(startedAt) } }
  const told =
    state === 'terminated'
      ? { exitCode: exitCode ?? 137, reason, message, startedAt: at(startedAt), finishedAt: at(finishedAt) }
      : // The kubelet's word for a container that it lost sight of.
        {
          exitCode: 137,
          reason: 'ContainerStatusUnknown',
          message: 'only its lines are known: whether it still runs was not told, and this exit code is made up',
          startedAt: at(firstLine),
          finishedAt: null,
        }
  return { terminated: { ...told, containerID: idOf(life) } }
}
