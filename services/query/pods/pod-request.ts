// From the parameters of GET /v1/pods to a filter. Shapes were checked by the schema; here values get the form that facts have.
import { bareContainerId } from '#shared/container-id.ts'
import type { LabelFilter, PodFilter } from './pod-filter.ts'
import { readTime, readTimes, type RequestContext } from '#query/search/line-request.ts'
import { podsQuery, type PodsQuery } from './pods-schema.ts'

/** Times of a filter, absolute: what a cursor carries. */
export type PodTimes = Pick<PodFilter, 'from' | 'to' | 'at'>

export function readPodTimes(query: PodsQuery, nowNs: bigint): PodTimes {
  return { ...readTimes(query, nowNs), at: readTime('at', query.at, nowNs) }
}

export function readPodFilter(query: PodsQuery, { tenant }: Pick<RequestContext, 'tenant'>, times: PodTimes): PodFilter {
  const { cluster, namespace, name, uid, node, owner, event, outcome, ip, containerId, image, label } = query
  return {
    tenant,
    cluster,
    namespace,
    name,
    uid,
    node,
    owner,
    event,
    outcome,
    ip: ip?.map(canonicalAddress),
    containerId: containerId?.map((id) => bareContainerId(id).toLowerCase()),
    image: image?.map(normaliseImage),
    label: label === undefined ? undefined : readLabels(label),
    ...times,
  }
}

/** What a cursor belongs to: everything that decides which pods come, except how many at once. */
export function podFilterDigest(query: PodsQuery, tenant: string): unknown {
  const names = (Object.keys(podsQuery.shape) as (keyof PodsQuery)[]).filter((name) => name !== 'limit' && name !== 'cursor')
  return [tenant, 'pods', names.map((name) => [query[name] ?? []].flat().map(String).toSorted())]
}

/** `fd00:0::1` as Kubernetes writes it, `fd00::1`. */
function canonicalAddress(ip: string): string {
  return ip.includes(':') ? new URL(`http://[${ip}]`).hostname.slice(1, -1) : ip
}

/** As pod_lookup has them: a digest alone where there is one, Docker's own registry left out. */
export function normaliseImage(image: string): string {
  return /sha256:[0-9a-f]+$/.exec(image.toLowerCase())?.[0] ?? image.replace(/^docker\.io\/(library\/)?/, '')
}

/** A key alone asks for presence, which any of its values has as well. */
function readLabels(labels: readonly string[]): LabelFilter[] {
  const keys = Map.groupBy(labels, (label) => label.split('=')[0]!)
  return [...keys].map(([key, given]) => ({
    key,
    values: given.includes(key) ? 'any' : given.map((label) => label.slice(key.length + 1)),
  }))
}
