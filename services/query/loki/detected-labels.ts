// Pure: the labels that are worth a filter, with how many values they have: /loki/api/v1/detected_labels. A label whose
// values are all numbers or ids tells nobody what to choose; those that name where a line comes from are always there.
import type { LabelSet } from './read-label-sets.ts'

const always = new Set(['cluster', 'namespace', 'pod', 'instance', 'container', 'service_name'])
const meaningless = /^(?:[+-]?\d+(?:\.\d+)?|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i

export function detectLabels(streams: readonly LabelSet[]): { label: string; cardinality: number }[] {
  const valuesOf = new Map<string, Set<string>>()
  for (const labels of streams)
    for (const [name, value] of Object.entries(labels)) {
      const values = valuesOf.get(name)
      if (values === undefined) valuesOf.set(name, new Set([value]))
      else values.add(value)
    }
  return [...valuesOf.entries()]
    .filter(([name, values]) => always.has(name) || !values.values().every((value) => meaningless.test(value)))
    .map(([label, values]) => ({ label, cardinality: values.size }))
    .toSorted((a, b) => (a.label < b.label ? -1 : 1))
}
