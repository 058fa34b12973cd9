// Pure: which run of pod_lookup answers a filter: the handle that as a rule leads to the fewest pods comes first
// (decision 0016).
import { join, raw, sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { containerHandle } from '#shared/pod-model/handles.ts'
import type { PodSort, Run } from './lookup-statements.ts'
import type { LabelFilter, PodFilter } from './pod-filter.ts'

/** pod_lookup has so many digits of a container id. */
const containerDigits = 12

export function runOf(
  { containerId, ip, name, owner, label, image, node, outcome, namespace }: PodFilter,
  sort: PodSort,
): Run {
  if (containerId !== undefined) return { kind: 'container', value: any(containerId.map(containerCondition)) }
  if (ip !== undefined) return addressRun(ip)
  if (name !== undefined) return { kind: 'name', value: oneOf(name) }
  if (owner !== undefined) return { kind: 'owner', value: oneOf(owner) }
  if (label?.[0] !== undefined) return { kind: 'label', value: labelCondition(label[0]) }
  if (image !== undefined) return { kind: 'image', value: any(image.map(imageCondition)) }
  // A pod without a node, or without a namespace, has no such handle: all pods are read then.
  if (node !== undefined && !node.includes('')) return { kind: 'node', value: oneOf(node) }
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
