// Which lines a container's log is: those of one life, the newest unless another is asked for. The words for what there is not are those of
// the API server (registry/core/pod/strategy.go, LogLocation) and of the kubelet (kubelet_pods.go, validateContainerLogStatus).
import { badRequest } from '#shared/kubernetes-status.ts'
import { sql, str, type Fragment } from '#shared/clickhouse/sql.ts'
import { livesScope } from '#shared/lines/pod-scope.ts'
import type { KubernetesObject } from '../api/api-object.ts'
import type { ContainerStatus, PodStatus } from '../pod-objects/pod-status.ts'
import { livesNumbered, type PodIdentity } from '#shared/stored-pods/pod-identity.ts'

export interface LogLife {
  container: string
  /** Undefined where no line and no object told numbers. */
  restart: number | undefined
  /** Of the instance, where they are known: several instances may have one number. */
  containerIds: readonly string[]
  /** Condition on lines. */
  scope: Fragment
}

export interface LifeRequest {
  /** '' where none is named. */
  container: string
  /** Undefined for the newest. */
  life: number | undefined
  /** Whether the life was asked for as `previous`. */
  previous: boolean
}

interface Named {
  name: string
}
interface PodSpec {
  containers?: Named[]
  initContainers?: Named[]
  ephemeralContainers?: Named[]
}

/** Throws 400 where there is no such container, or no such life. */
export function logLife(
  object: KubernetesObject,
  identity: PodIdentity,
  { container: named, life, previous }: LifeRequest,
): LogLife {
  const pod = object.metadata.name
  const container = containerOf(object, named)
  const lives = identity.lives.filter((one) => one.container === container)
  if (lives.length === 0) {
    if (previous) throw noPrevious(container, pod)
    if (life !== undefined)
      throw badRequest(`container ${JSON.stringify(container)} in pod ${JSON.stringify(pod)} has no life of a known number`)
    const waiting = waitingReason(object, container)
    if (waiting !== undefined && identity.extent === undefined)
      throw badRequest(`container ${JSON.stringify(container)} in pod ${JSON.stringify(pod)} is waiting to start: ${waiting}`)
    return { container, restart: undefined, containerIds: [], scope: sql`${identity.scope} AND container = ${str(container)}` }
  }
  const newest = lives.at(-1)!
  const numbered = livesNumbered({ lives, spans: identity.spans }, life ?? newest.restart)
  const scopes = life === undefined ? numbered.slice(-1) : numbered
  const last = scopes.at(-1)
  if (last === undefined) {
    if (previous) throw noPrevious(container, pod)
    const known = lives.map(({ restart }) => restart).join(' ')
    throw badRequest(
      `container ${JSON.stringify(container)} in pod ${JSON.stringify(pod)} has no life ${life}; choose one of: [${known}]`,
    )
  }
  const { restart, containerIds } = last
  return { container, restart, containerIds, scope: sql`${identity.scope} AND ${livesScope(scopes)}` }
}

const noPrevious = (container: string, pod: string) =>
  badRequest(`previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(pod)} not found`)

function containerOf({ metadata, spec }: KubernetesObject, named: string): string {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = (spec ?? {}) as PodSpec
  const known = (name: string) => [...containers, ...initContainers, ...ephemeralContainers].some((one) => one.name === name)
  if (named !== '') {
    if (!known(named)) throw badRequest(`container ${named} is not valid for pod ${metadata.name}`)
    return named
  }
  const preset = metadata.annotations?.['kubectl.kubernetes.io/default-container'] ?? ''
  if (known(preset)) return preset
  const [first, ...others] = containers
  if (first !== undefined && others.length === 0) return first.name
  const names = (list: readonly Named[]) => `[${list.map(({ name }) => name).join(' ')}]`
  throw badRequest(
    `a container name must be specified for pod ${metadata.name}, choose one of: ${names(containers)}${initContainers.length === 0 ? '' : ` or one of the init containers: ${names(initContainers)}`}`,
  )
}

function waitingReason({ status }: KubernetesObject, container: string): string | undefined {
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = (status ?? {}) as PodStatus
  const of = [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses].find(
    ({ name }: ContainerStatus) => name === container,
  )
  return (of?.state?.['waiting'] as { reason?: string } | undefined)?.reason
}
