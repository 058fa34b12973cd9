// Pure: adds the containers to a Pod that its object does not list and its lives name. The Pod has at least one
// container, since clients take the first one unasked (kubectl/pkg/polymorphichelpers/logsforobject.go).
import type { LifeRecord } from '#shared/pod-model/record.ts'
import { wholeSecond, type KubernetesObject } from '../api/api-object.ts'
import type { ContainerStatus } from './pod-status.ts'

interface Container {
  name: string
  image?: string
  restartPolicy?: 'Always'
}

const places: readonly { list: string; statuses: string; kinds: readonly LifeRecord['kind'][] }[] = [
  { list: 'initContainers', statuses: 'initContainerStatuses', kinds: ['init', 'sidecar'] },
  { list: 'containers', statuses: 'containerStatuses', kinds: ['container', ''] },
  { list: 'ephemeralContainers', statuses: 'ephemeralContainerStatuses', kinds: ['ephemeral'] },
]

export function withKnownContainers(object: KubernetesObject, lives: readonly LifeRecord[]): KubernetesObject {
  const spec = { ...(object['spec'] as Record<string, unknown> | null | undefined) }
  const status = { ...(object['status'] as Record<string, unknown> | null | undefined) }
  const livesByContainer = newestFirst(lives)
  const listed = new Set(places.flatMap(({ list }) => namesOf(spec[list])))
  const withStatus = new Set(places.flatMap(({ statuses }) => namesOf(status[statuses])))
  for (const { list, statuses, kinds } of places) {
    const unlisted = livesByContainer.filter(([{ container, kind }]) => !listed.has(container) && kinds.includes(kind))
    const all = [...named(spec[list]), ...unlisted.map(([newest]) => container(newest))]
    if (all.length > 0 || (spec[list] ?? null) !== null) spec[list] = all
    const names = new Set(namesOf(all))
    const withoutStatus = livesByContainer.filter(([{ container: name }]) => names.has(name) && !withStatus.has(name))
    if (withoutStatus.length > 0) status[statuses] = [...named(status[statuses]), ...withoutStatus.map(statusOf)]
  }
  if (namesOf(spec['containers']).length === 0) spec['containers'] = [{ name: 'unknown' }]
  return { ...object, spec, status }
}

/** The entries with a name, of a list as Kubernetes or an agent reported it. */
const named = (list: unknown): { name: string }[] =>
  Array.isArray(list)
    ? list.filter(
        (one: unknown): one is { name: string } => typeof (one as { name?: unknown } | null)?.name === 'string',
      )
    : []
const namesOf = (list: unknown): string[] => named(list).map(({ name }) => name)

type LivesOfOne = readonly [newest: LifeRecord, ...before: LifeRecord[]]

const newestFirst = (lives: readonly LifeRecord[]): LivesOfOne[] =>
  [...Map.groupBy(lives, ({ container: of }) => of).values()].map(
    (ofOne) => ofOne.toReversed() as unknown as LivesOfOne,
  )

const container = ({ container: name, image, kind }: LifeRecord): Container => ({
  name,
  ...(image === '' ? {} : { image }),
  ...(kind === 'sidecar' ? { restartPolicy: 'Always' } : {}),
})

const statusOf = ([life, before]: LivesOfOne): ContainerStatus => ({
  name: life.container,
  image: life.image,
  imageID: life.imageId,
  containerID: idOf(life),
  ready: false,
  restartCount: life.restart ?? 0,
  state: stateOf(life),
  lastState: before === undefined ? {} : stateOf(before),
})

/** Clients such as stern ask for no log of a container without an id, since it never ran for them. */
const idOf = ({ containerId, restart }: LifeRecord): string =>
  containerId === '' ? `afterlog://${restart ?? 'unknown'}` : containerId

function stateOf(life: LifeRecord): Record<string, unknown> {
  const { state, startedAt, firstLine, finishedAt, exitCode, reason, message } = life
  const at = (time: string | null) => (time === null ? null : wholeSecond(time))
  if (state === 'running') return { running: { startedAt: at(startedAt) } }
  const ended =
    state === 'terminated'
      ? { exitCode: exitCode ?? 137, reason, message, startedAt: at(startedAt), finishedAt: at(finishedAt) }
      : // The kubelet gives this reason to a container whose state it cannot find any more.
        {
          exitCode: 137,
          reason: 'ContainerStatusUnknown',
          message: 'only lines of it are known: it may still run, and this exit code is made up',
          startedAt: at(firstLine),
          finishedAt: null,
        }
  return { terminated: { ...ended, containerID: idOf(life) } }
}
