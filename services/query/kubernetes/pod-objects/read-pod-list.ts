// Walks the pods that selectors pick, in steps of a bounded cost, in the order of their names.
import type { Item } from '../api/api-object.ts'
import { podField, readsObject } from './pod-fields.ts'
import { matchesFields, requiredValue, type FieldTerm } from '../api/field-selector.ts'
import type { LabelRequirement } from '../api/label-selector.ts'
import { readRecords } from '#query/pods/read-records.ts'
import { readNamedPods, type NameFilter, type NamePosition, type NamedPod } from './read-named-pods.ts'
import { podItems, type PodItemOptions } from './read-pod-items.ts'
import { shownName } from './read-pod-names.ts'
import { hasLabels, leadOf } from './pod-selection.ts'

export interface PodSelection {
  namespace?: string | undefined
  labels: readonly LabelRequirement[]
  fields: readonly FieldTerm[]
}

export interface PodListOptions extends PodItemOptions {
  selection: PodSelection
  /** Only these. */
  among?: ReadonlySet<string> | undefined
  /** Only pods of these names. */
  names?: readonly string[] | undefined
  after?: NamePosition | undefined
  /** Pods of a step. */
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
  among,
  names,
  after,
  stepMax,
  ...options
}: PodListOptions): AsyncGenerator<PodStep> {
  const { reading, tenant } = options
  const filter = filterOf(tenant, selection, names)
  const depth = options.depth === 'metadata' && readsObject(selection.fields) ? 'object' : options.depth
  for (let position = after; ;) {
    const keys = await readNamedPods(reading, filter, position, stepMax)
    const named = withName(keys, selection).filter(({ uid }) => among === undefined || among.has(uid))
    const records = await readRecords(
      reading,
      tenant,
      named.map(({ uid }) => uid),
    )
    const wanted = named.filter(({ uid }) => {
      const record = records.get(uid)
      return record !== undefined && hasLabels(record, selection.labels)
    })
    const items = await podItems({ ...options, depth, records }, wanted)
    const pods = wanted
      .map((key, i) => ({ item: items[i]!, uid: key.uid, behind: positionOf(key) }))
      .filter(({ item }) => matchesFields(selection.fields, (field) => podField(item.object, field)))
    position = keys.length < stepMax ? undefined : positionOf(keys.at(-1)!)
    yield { pods, next: position }
    if (position === undefined) return
  }
}

function filterOf(tenant: string, { namespace, labels, fields }: PodSelection, names: readonly string[] | undefined): NameFilter {
  const name = requiredValue(fields, 'metadata.name')
  return {
    tenant,
    namespace: namespace ?? requiredValue(fields, 'metadata.namespace'),
    // An older pod of a name has another one here.
    names: name === undefined ? names : [name, name.slice(0, Math.max(name.lastIndexOf('.'), 0))],
    among: name === undefined && names === undefined ? leadOf(labels, fields) : undefined,
  }
}

function withName(keys: readonly NamedPod[], { fields }: PodSelection): (NamedPod & { shown: string })[] {
  const name = requiredValue(fields, 'metadata.name')
  const pods = keys.map((key) => ({ ...key, shown: shownName(key) }))
  return name === undefined ? pods : pods.filter(({ shown }) => shown === name)
}

const positionOf = ({ namespace, name, born, uid }: NamedPod): NamePosition => ({ namespace, name, born: BigInt(born), uid })
