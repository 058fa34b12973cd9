// Walks the pods that selectors pick, in steps of a bounded cost, in the order of their names.
import { namedPods, type NamePosition, type NamedPod } from '#query/plan/kubernetes/pod-names.ts'
import { fielded, labelled } from '#query/plan/kubernetes/pod-selection.ts'
import type { Fragment } from '#shared/clickhouse/sql.ts'
import type { Item, KubernetesObject } from '#query/render/kubernetes/object.ts'
import { matchesFields, requiredValue, type FieldTerm } from '#query/syntax/kubernetes/field-selector.ts'
import type { LabelRequirement } from '#query/syntax/kubernetes/label-selector.ts'
import { podItems, type PodItemOptions } from './pod-items.ts'
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

export const podFields = ['metadata.name', 'metadata.namespace', 'spec.nodeName', 'status.phase', 'status.podIP'] as const

export async function* podSteps({
  selection,
  conditions = [],
  after,
  stepMax,
  ...options
}: PodListOptions): AsyncGenerator<PodStep> {
  const { reading, tenant } = options
  const { labels, fields } = selection
  const name = requiredValue(fields, 'metadata.name')
  const filter = {
    tenant,
    namespace: selection.namespace ?? requiredValue(fields, 'metadata.namespace'),
    // An older pod of a name has another one here.
    ...(name === undefined ? {} : { names: [name, name.slice(0, Math.max(name.lastIndexOf('.'), 0))] }),
    conditions: [...labelled(tenant, labels), ...fielded(tenant, fields), ...conditions],
  }
  for (let position = after; ;) {
    const keys = await reading.rows<NamedPod>(namedPods(filter, position, stepMax))
    const shown = keys.map((key) => ({ ...key, shown: shownName(key) }))
    const wanted = name === undefined ? shown : shown.filter((key) => key.shown === name)
    const items = await podItems(options, wanted)
    const pods = wanted
      .map((key, i) => ({ item: items[i]!, uid: key.uid, behind: positionOf(key) }))
      .filter(({ item }) => matchesFields(fields, (field) => fieldOf(item.object, field)))
    position = keys.length < stepMax ? undefined : positionOf(keys.at(-1)!)
    yield { pods, next: position }
    if (position === undefined) return
  }
}

const positionOf = ({ namespace, name, born, uid }: NamedPod): NamePosition => ({ namespace, name, born: BigInt(born), uid })

interface PodFields {
  spec?: { nodeName?: string }
  status?: { phase?: string; podIP?: string }
}

function fieldOf(object: KubernetesObject, field: string): string {
  const { spec, status } = object as PodFields
  switch (field) {
    case 'metadata.name':
      return object.metadata.name
    case 'metadata.namespace':
      return object.metadata.namespace ?? ''
    case 'spec.nodeName':
      return spec?.nodeName ?? ''
    case 'status.phase':
      return status?.phase ?? ''
    default:
      return status?.podIP ?? ''
  }
}
