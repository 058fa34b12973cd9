// Pure: applies the selectors of Kubernetes to records.
import type { PodRecord } from '#shared/pod-model/record.ts'
import { ownerLabel } from '../api/owner-label.ts'
import { requiredValue, type FieldTerm } from '../api/field-selector.ts'
import { matchesLabels, type LabelRequirement } from '#shared/stored-pods/label-selector.ts'
import type { NameFilter } from './read-named-pods.ts'

/** A pod whose object was never reported has no labels. */
export function hasLabels(record: PodRecord, requirements: readonly LabelRequirement[]): boolean {
  return requirements.every((requirement) =>
    requirement.key === ownerLabel && requirement.operator === 'in'
      ? record.handles.some(({ kind, value }) => kind === 'owner' && requirement.values.includes(value))
      : matchesLabels([requirement], record.labels),
  )
}

/**
 * Handles that lead to the pods that the selectors pick; undefined where none does, so that all pods have to be read.
 */
export function handlesOf(labels: readonly LabelRequirement[], fields: readonly FieldTerm[]): NameFilter['among'] {
  const label = labels.find((requirement) => requirement.operator === 'in')
  if (label?.operator === 'in')
    return label.key === ownerLabel
      ? { kind: 'owner', values: label.values }
      : { kind: 'label', values: label.values.map((value) => `${label.key}=${value}`) }
  const node = requiredValue(fields, 'spec.nodeName')
  return node === undefined || node === '' ? undefined : { kind: 'node', values: [node] }
}
