// Walks the pods that selectors pick, in steps of a bounded cost, in the order of their names.
import { namedPods, type NameFilter, type NamePosition, type NamedPod } from '#query/plan/kubernetes/pod-names.ts'
import { fielded, labelled } from '#query/plan/kubernetes/pod-selection.ts'
import type { Fragment } from '#shared/clickhouse/sql.ts'
import type { Item } from '#query/render/kubernetes/object.ts'
import { podField, readsObject } from '#query/render/kubernetes/pod-fields.ts'
import { matchesFields, requiredValue, type FieldTerm } from '#query/syntax/kubernetes/field-selector.ts'
import type { LabelRequirement } from '#query/syntax/kubernetes/label-selector.ts'
import type { Reading } from '../reading.ts'
import { podItems, type PodItemOptions, type ShownPod } from './pod-items.ts'
import { shownName } from './pod-names.ts'

export interface PodSelection {
  namespace?: string | undefined
  labels: readonly LabelRequirement[]
  fields: readonly FieldTerm[]
}

export interface PodListOptions extends PodItemOptions {
  selection: PodSelection
  /** Further conditions on uid. */
  conditions?: readonly Fragment[]
  after?: NamePosition | undefined
  /** Keys of a step. */
  stepMax: number
}

export interface ListedPod {
  item: Item
  uid: string
  behind: NamePosition
}

export interface PodStep {
  pods: ListedPod[]
  /** Behind the last pod that was looked at; undefined where there are no more. */
  next: NamePosition | undefined
}

export async function* podSteps({
  selection,
  conditions = [],
  after,
  stepMax,
  ...options
}: PodListOptions): AsyncGenerator<PodStep> {
  const { reading, tenant } = options
  const filter = filterOf(tenant, selection, conditions)
  const depth = options.depth === 'metadata' && readsObject(selection.fields) ? 'object' : options.depth
  for (let position = after; ;) {
    const keys = await reading.rows<NamedPod>(namedPods(filter, position, stepMax))
    const wanted = named(keys, selection)
    const items = await podItems({ ...options, depth }, wanted)
    const pods = wanted
      .map((key, i) => ({ item: items[i]!, uid: key.uid, behind: positionOf(key) }))
      .filter(({ item }) => matchesFields(selection.fields, (field) => podField(item.object, field)))
    position = keys.length < stepMax ? undefined : positionOf(keys.at(-1)!)
    yield { pods, next: position }
    if (position === undefined) return
  }
}

/** Pods that may be selected, all of them, by name alone: cheap, and one too many where only the whole pod decides. */
export async function selectedNames(reading: Reading, tenant: string, selection: PodSelection): Promise<ShownPod[]> {
  return named(await reading.rows<NamedPod>(namedPods(filterOf(tenant, selection, []), undefined, namesMax)), selection)
}

const namesMax = 1_000_000

function filterOf(tenant: string, { namespace, labels, fields }: PodSelection, conditions: readonly Fragment[]): NameFilter {
  const name = requiredValue(fields, 'metadata.name')
  return {
    tenant,
    namespace: namespace ?? requiredValue(fields, 'metadata.namespace'),
    // An older pod of a name has another one here.
    ...(name === undefined ? {} : { names: [name, name.slice(0, Math.max(name.lastIndexOf('.'), 0))] }),
    conditions: [...labelled(tenant, labels), ...fielded(tenant, fields), ...conditions],
  }
}

function named(keys: readonly NamedPod[], { fields }: PodSelection): (NamedPod & ShownPod)[] {
  const name = requiredValue(fields, 'metadata.name')
  const pods = keys.map((key) => ({ ...key, shown: shownName(key) }))
  return name === undefined ? pods : pods.filter(({ shown }) => shown === name)
}

const positionOf = ({ namespace, name, born, uid }: NamedPod): NamePosition => ({ namespace, name, born: BigInt(born), uid })
