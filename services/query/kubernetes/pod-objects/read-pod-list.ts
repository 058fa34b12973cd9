// Reads the pods that selectors pick, in the order of their names, in steps of a bounded cost.
import type { Item } from '../api/api-object.ts'
import { podField, readsObject } from './pod-fields.ts'
import { matchesFields, requiredValue, type FieldTerm } from '../api/field-selector.ts'
import type { LabelRequirement } from '#shared/stored-pods/label-selector.ts'
import { readRecords } from '#query/pods/read-records.ts'
import { readNamedPods, type NameFilter, type NamePosition, type NamedPod } from './read-named-pods.ts'
import { podItems, type PodItemOptions } from './read-pod-items.ts'
import { listedName } from './read-pod-names.ts'
import { handlesOf, hasLabels } from './pod-selection.ts'

export interface PodSelection {
  namespace?: string | undefined
  labels: readonly LabelRequirement[]
  fields: readonly FieldTerm[]
}

export interface PodListOptions extends PodItemOptions {
  selection: PodSelection
  /** Only pods with these uids. */
  among?: ReadonlySet<string> | undefined
  /** Only pods of these names. */
  names?: readonly string[] | undefined
  after?: NamePosition | undefined
  /** How many pods one step reads at most. */
  stepMax: number
}

export interface ListedPod {
  item: Item
  uid: string
  behind: NamePosition
}

export interface PodStep {
  pods: ListedPod[]
  /** The position behind the last pod that this step read; undefined where there are no more. */
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
    const selected = named.filter(({ uid }) => {
      const record = records.get(uid)
      return record !== undefined && hasLabels(record, selection.labels)
    })
    const items = await podItems({ ...options, depth, records }, selected)
    const pods = selected
      .map((key, i) => ({ item: items[i]!, uid: key.uid, behind: positionOf(key) }))
      .filter(({ item }) => matchesFields(selection.fields, (field) => podField(item.object, field)))
    position = keys.length < stepMax ? undefined : positionOf(keys.at(-1)!)
    yield { pods, next: position }
    if (position === undefined) return
  }
}

function filterOf(
  tenant: string,
  { namespace, labels, fields }: PodSelection,
  names: readonly string[] | undefined,
): NameFilter {
  const name = requiredValue(fields, 'metadata.name')
  return {
    tenant,
    namespace: namespace ?? requiredValue(fields, 'metadata.namespace'),
    // An older pod of a name is NAME.UIDPREFIX here.
    names: name === undefined ? names : [name, name.slice(0, Math.max(name.lastIndexOf('.'), 0))],
    among: name === undefined && names === undefined ? handlesOf(labels, fields) : undefined,
  }
}

function withName(keys: readonly NamedPod[], { fields }: PodSelection): (NamedPod & { listedName: string })[] {
  const name = requiredValue(fields, 'metadata.name')
  const pods = keys.map((key) => ({ ...key, listedName: listedName(key) }))
  return name === undefined ? pods : pods.filter((pod) => pod.listedName === name)
}

const positionOf = ({ namespace, name, born, uid }: NamedPod): NamePosition => ({
  namespace,
  name,
  born: BigInt(born),
  uid,
})
