// Pure: which runs of pod_lookup answer a filter: the handle that as a rule leads to the fewest pods comes first
// (decision 0016).
import { join, raw, sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { containerHandle } from '#shared/pod-model/handles.ts'
import type { PodSort, Run } from './lookup-statements.ts'
import type { LabelFilter, PodFilter } from './pod-filter.ts'

/** pod_lookup has so many digits of a container id. */
const containerDigits = 12

/** At least one. Each of them has a row of every pod that matches. */
export function runsOf(filter: PodFilter, sort: PodSort): [Run, ...Run[]] {
  const { containerId, ip, name, owner, label = [], image, node } = filter
  const runs: (Run | undefined)[] = [
    containerId && { kind: 'container', value: any(containerId.map(containerCondition)) },
    ip && addressRun(ip),
    name && { kind: 'name', value: oneOf(name) },
    owner && { kind: 'owner', value: oneOf(owner) },
    ...label.map((one): Run => ({ kind: 'label', value: labelCondition(one) })),
    image && { kind: 'image', value: any(image.map(imageCondition)) },
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

const any = (conditions: readonly Fragment[]): Fragment => sql`(${join(conditions, ' OR ')})`

// The engine reads one value in the order of the table, and has to sort several.
const oneOf = (values: readonly string[]): Fragment =>
  values.length === 1 ? sql`value = ${str(values[0]!)}` : sql`value IN ${strs(values)}`

const startsWith = (prefix: string): Fragment => sql`startsWith(${raw('value')}, ${str(prefix)})`

const containerCondition = (prefix: string): Fragment =>
  prefix.length < containerDigits ? startsWith(prefix) : sql`value = ${str(containerHandle(prefix))}`

const labelCondition = ({ key, values }: LabelFilter): Fragment =>
  values === 'any' ? startsWith(`${key}=`) : oneOf(values.map((value) => `${key}=${value}`))

const imageCondition = (image: string): Fragment =>
  image.startsWith('sha256:')
    ? startsWith(image)
    : any([sql`value = ${str(image)}`, startsWith(`${image}:`), startsWith(`${image}@`)])
