// Chooses the lines of a container's log: those of one life, the newest unless the request names another. Errors have
// the words of the API server (registry/core/pod/strategy.go, LogLocation) and of the kubelet (kubelet_pods.go,
// validateContainerLogStatus).
import { badRequest } from '#shared/kubernetes-status.ts'
import { sql, str, type Fragment } from '#shared/clickhouse/sql.ts'
import { livesScope } from '#shared/lines/pod-scope.ts'
import type { KubernetesObject } from '../api/api-object.ts'
import type { ContainerStatus, PodStatus } from '../pod-objects/pod-status.ts'
import { livesNumbered, type PodIdentity } from '#shared/stored-pods/pod-identity.ts'

export interface LogLife {
  container: string
  /** Undefined where no line and no object has a restart number. */
  restart: number | undefined
  /** Ids of the instance, where they are known: several instances may have one restart number. */
  containerIds: readonly string[]
  /** A condition on lines. */
  scope: Fragment
}

export interface LifeRequest {
  /** '' where the request names no container. */
  container: string
  /** Undefined for the newest life. */
  life: number | undefined
  /** Whether the request has `previous`. */
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
  { container: requested, life, previous }: LifeRequest,
): LogLife {
  const pod = object.metadata.name
  const container = containerOf(object, requested)
  const named = `container ${JSON.stringify(container)} in pod ${JSON.stringify(pod)}`
  const lives = identity.lives.filter((one) => one.container === container)
  if (lives.length === 0) {
    if (previous) throw badRequest(`previous terminated ${named} not found`)
    if (life !== undefined) throw badRequest(`${named} has no life of a known number: ask for its log without ${life}`)
    const waiting = waitingReason(object, container)
    if (waiting !== undefined && identity.extent === undefined)
      throw badRequest(`${named} is waiting to start: ${waiting}`)
    return {
      container,
      restart: undefined,
      containerIds: [],
      scope: sql`${identity.scope} AND container = ${str(container)}`,
    }
  }
  const newest = lives.at(-1)!
  const numbered = livesNumbered({ lives, spans: identity.spans }, life ?? newest.restart)
  const scopes = life === undefined ? numbered.slice(-1) : numbered
  const last = scopes.at(-1)
  if (last === undefined) {
    if (previous) throw badRequest(`previous terminated ${named} not found`)
    const numbers = lives.map(({ restart }) => restart).join(' ')
    throw badRequest(`${named} has no life ${life}; choose one of: [${numbers}]`)
  }
  const { restart, containerIds } = last
  return { container, restart, containerIds, scope: sql`${identity.scope} AND ${livesScope(scopes)}` }
}

function containerOf({ metadata, spec }: KubernetesObject, requested: string): string {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = (spec ?? {}) as PodSpec
  const known = (name: string) =>
    [...containers, ...initContainers, ...ephemeralContainers].some((one) => one.name === name)
  if (requested !== '') {
    if (!known(requested)) throw badRequest(`container ${requested} is not valid for pod ${metadata.name}`)
    return requested
  }
  const preset = metadata.annotations?.['kubectl.kubernetes.io/default-container'] ?? ''
  if (known(preset)) return preset
  const [first, ...others] = containers
  if (first !== undefined && others.length === 0) return first.name
  const names = (list: readonly Named[]) => `[${list.map(({ name }) => name).join(' ')}]`
  const orInit = initContainers.length === 0 ? '' : ` or one of the init containers: ${names(initContainers)}`
  throw badRequest(
    `a container name must be specified for pod ${metadata.name}, choose one of: ${names(containers)}${orInit}`,
  )
}

function waitingReason({ status }: KubernetesObject, container: string): string | undefined {
  const {
    containerStatuses = [],
    initContainerStatuses = [],
    ephemeralContainerStatuses = [],
  } = (status ?? {}) as PodStatus
  const of = [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses].find(
    ({ name }: ContainerStatus) => name === container,
  )
  return (of?.state?.['waiting'] as { reason?: string } | undefined)?.reason
}
