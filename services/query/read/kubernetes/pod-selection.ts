// Pure: selectors of Kubernetes on records.
import type { PodRecord } from '#shared/pod-model/record.ts'
import { ownerLabel } from '#query/syntax/kubernetes/owner-label.ts'
import { requiredValue, type FieldTerm } from '#query/syntax/kubernetes/field-selector.ts'
import type { LabelRequirement } from '#query/syntax/kubernetes/label-selector.ts'
import type { NameFilter } from './named-pods.ts'

/** Pods that no object reported have no labels. */
export function hasLabels(record: PodRecord, requirements: readonly LabelRequirement[]): boolean {
  return requirements.every((requirement) => {
    if (requirement.key === ownerLabel && requirement.operator === 'in')
      return record.handles.some(({ kind, value }) => kind === 'owner' && requirement.values.includes(value))
    const value = record.labels[requirement.key]
    switch (requirement.operator) {
      case 'in':
        return value !== undefined && requirement.values.includes(value)
      case 'notin':
        return value === undefined || !requirement.values.includes(value)
      case 'exists':
        return value !== undefined
      case 'absent':
        return value === undefined
      case 'greater':
        return isInteger(value) && BigInt(value) > requirement.bound
      case 'less':
        return isInteger(value) && BigInt(value) < requirement.bound
    }
  })
}

/** What leads to the pods that selectors pick, where something does: all others are looked through. */
export function leadOf(labels: readonly LabelRequirement[], fields: readonly FieldTerm[]): NameFilter['among'] {
  const label = labels.find((requirement) => requirement.operator === 'in')
  if (label?.operator === 'in')
    return label.key === ownerLabel
      ? { kind: 'owner', values: label.values }
      : { kind: 'label', values: label.values.map((value) => `${label.key}=${value}`) }
  const node = requiredValue(fields, 'spec.nodeName')
  return node === undefined || node === '' ? undefined : { kind: 'node', values: [node] }
}

const isInteger = (value: string | undefined): value is string => value !== undefined && /^[+-]?\d{1,19}$/.test(value)
