// Pure: which runs of pod_lookup answer a filter: the handle that as a rule leads to the fewest pods comes first
// (decision 0016).
import { sql, str, type Fragment } from '#shared/clickhouse/sql.ts'
import { containerHandle } from '#shared/pod-model/handles.ts'
import {
  any,
  isExclusion,
  ofImages,
  ofLabelRequirement,
  ofOwners,
  oneOf,
  startsWith,
} from '#shared/stored-pods/handle-conditions.ts'
import type { PodSort, Run } from './lookup-statements.ts'
import type { PodFilter } from './pod-filter.ts'

/** pod_lookup has so many digits of a container id. */
const containerDigits = 12

/** At least one. Each of them has a row of every pod that matches. */
export function runsOf(filter: PodFilter, sort: PodSort): [Run, ...Run[]] {
  const { containerId, ip, name, owner, label = [], image, node } = filter
  const runs: (Run | undefined)[] = [
    containerId && { kind: 'container', value: any(containerId.map(containerCondition)) },
    ip && addressRun(ip),
    name && { kind: 'name', value: oneOf(name) },
    owner && ofOwners(owner),
    ...label.map(ofLabelRequirement).filter((one) => !isExclusion(one)),
    image && ofImages(image),
    // A pod without a node has no such handle: all pods are read then.
    node && !node.includes('') ? { kind: 'node', value: oneOf(node) } : undefined,
  ]
  const [first, ...others] = runs.filter((run) => run !== undefined)
  return first === undefined ? [runOfMost(filter, sort)] : [first, ...others]
}

/** A pod without a namespace has no such handle: all pods are read then. */
function runOfMost({ outcome, namespace }: PodFilter, sort: PodSort): Run {
  if (outcome !== undefined && sort === 'created') return { kind: 'outcome', value: oneOf(outcome) }
  if (namespace !== undefined && !namespace.includes('') && sort === 'created')
    return { kind: 'namespace', value: oneOf(namespace) }
  return { kind: sort === 'died' ? 'dead' : 'all', value: sql`value = ''` }
}

export const addressRun = (ips: readonly string[]): Run => ({ kind: 'ip', or: 'host-ip', value: oneOf(ips) })

const containerCondition = (prefix: string): Fragment =>
  prefix.length < containerDigits ? startsWith(prefix) : sql`value = ${str(containerHandle(prefix))}`
