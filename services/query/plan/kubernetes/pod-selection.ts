// Selectors of Kubernetes as conditions on the uid of a pod. By label exactly; by field only so far as it keeps a list from looking at
// every pod: what is left decides the rendered pod (read/kubernetes/pod-list.ts).
import { bind, join, sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { requiredValue, type FieldTerm } from '#query/syntax/kubernetes/field-selector.ts'
import type { LabelRequirement } from '#query/syntax/kubernetes/label-selector.ts'

/** Selects the pods of an owner, though no pod has it: for owners whose pods have no label in common. */
export const ownerLabel = 'afterlog.io/owner'

/** Pods that no object told of have no labels. */
export function labelled(tenant: string, requirements: readonly LabelRequirement[]): Fragment[] {
  if (requirements.length === 0) return []
  const condition = join(requirements.map(requirementSql), ' AND ')
  const told = sql`SELECT uid FROM pods FINAL WHERE tenant = ${str(tenant)}`
  const matchesNone = requirements.every(({ operator }) => operator === 'notin' || operator === 'absent')
  return [matchesNone ? sql`uid NOT IN (${told} AND NOT (${condition}))` : sql`uid IN (${told} AND ${condition})`]
}

function requirementSql(requirement: LabelRequirement): Fragment {
  const key = str(requirement.key)
  if (requirement.key === ownerLabel && requirement.operator === 'in')
    return sql`(owner_name IN ${strs(requirement.values)} OR controller_name IN ${strs(requirement.values)})`
  const has = sql`mapContains(labels, ${key})`
  const value = sql`labels[${key}]`
  switch (requirement.operator) {
    case 'in':
      return sql`(${has} AND ${value} IN ${strs(requirement.values)})`
    case 'notin':
      return sql`NOT (${has} AND ${value} IN ${strs(requirement.values)})`
    case 'exists':
      return has
    case 'absent':
      return sql`NOT ${has}`
    case 'greater':
      return sql`(${has} AND toInt64OrNull(${value}) > ${bind('Int64', String(requirement.bound))})`
    case 'less':
      return sql`(${has} AND toInt64OrNull(${value}) < ${bind('Int64', String(requirement.bound))})`
  }
}

/** Pods that may match: all but those whose object tells otherwise. */
export function fielded(tenant: string, terms: readonly FieldTerm[]): Fragment[] {
  const of = str(tenant)
  const node = requiredValue(terms, 'spec.nodeName')
  const phase = requiredValue(terms, 'status.phase')
  return [
    ...(node === undefined || node === ''
      ? []
      : [sql`uid NOT IN (SELECT uid FROM pods WHERE tenant = ${of} AND node != '' AND node != ${str(node)})`]),
    // A dead pod's phase may be another one than its object tells, but never one of these two.
    ...(phase === 'Running' || phase === 'Pending'
      ? [sql`uid NOT IN (SELECT uid FROM pods FINAL WHERE tenant = ${of} AND phase != ${str(phase)})`]
      : []),
  ]
}
