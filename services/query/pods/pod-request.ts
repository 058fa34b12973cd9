// Pure: parameters of GET /v1/pods → a filter. The schema has checked their shapes; here values get the form that
// records and handles have.
import { bareContainerId } from '#shared/container-id.ts'
import type { PodFilter } from './pod-filter.ts'
import { readLabels } from '#query/search/pod-parameters.ts'
import { normaliseImage } from '#shared/stored-pods/handle-conditions.ts'
import { readTime, readTimes, type RequestContext } from '#query/search/line-request.ts'
import { podsQuery, type PodsQuery } from './pods-schema.ts'

/** The absolute times of a filter, in epoch ns, which a cursor repeats. */
export type PodTimes = Pick<PodFilter, 'from' | 'to' | 'at'>

export function readPodTimes(query: PodsQuery, nowNs: bigint): PodTimes {
  return { ...readTimes(query, nowNs), at: readTime('at', query.at, nowNs) }
}

export function readPodFilter(
  query: PodsQuery,
  { tenant }: Pick<RequestContext, 'tenant'>,
  times: PodTimes,
): PodFilter {
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

/** All parameters that decide which pods the pages of one listing have, whatever their order. */
export function podFilterDigest(query: PodsQuery, tenant: string): unknown {
  const names = (Object.keys(podsQuery.shape) as (keyof PodsQuery)[]).filter(
    (name) => name !== 'limit' && name !== 'cursor',
  )
  return [tenant, 'pods', names.map((name) => [query[name] ?? []].flat().map(String).toSorted())]
}

/** `fd00:0::1` as Kubernetes writes it, `fd00::1`. */
function canonicalAddress(ip: string): string {
  return ip.includes(':') ? new URL(`http://[${ip}]`).hostname.slice(1, -1) : ip
}
