// owner:deploy/cart  owner:cart  label.app:cart  labels.tier:*
// Pure: terms on what Afterlog knows of a line's pod, beside the fields of the line itself. Which lines are those of the
// pods is read before the search is compiled (services/query/pods/read-line-filter.ts).
import { raw, sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { ofLabel, ofOwners, startsWith, type HandleCondition } from '#shared/stored-pods/handle-conditions.ts'
import { canonicalOwner, ownerForm, ownerPrefix } from '#shared/stored-pods/owner-name.ts'
import type { FieldTerm, SearchNode } from './syntax/search-node.ts'
import { lineFieldSql } from './search-line-field.ts'
import { regexSql } from './search-regex.ts'
import { notComparable, valueSql } from './search-value.ts'

/** Some pods that a search names. */
export interface PodTerm {
  /** What the term says, whatever its place. */
  name: string
  handle: HandleCondition
  /** In the search text. */
  position: number
}

/** Conditions on `logs`, of the lines of the pods, by the names of terms. */
export type PodScopes = ReadonlyMap<string, Fragment>

/** The key of `label.app` and `labels.app`. */
const labelKey = ({ name }: FieldTerm): string | undefined => /^labels?\.(.+)$/s.exec(name)?.[1]

const isPodTerm = (node: SearchNode): node is FieldTerm =>
  node.kind === 'field' && (node.name === 'owner' || labelKey(node) !== undefined)

/** Labels of one key that are alternatives are one term: people paste long lists. */
type Alternatives = { key: string; values: readonly string[]; position: number }

export function splitAlternatives(terms: readonly SearchNode[]): { labels: Alternatives[]; others: SearchNode[] } {
  const isEqual = (node: SearchNode): node is FieldTerm =>
    node.kind === 'field' && node.test.op === 'eq' && labelKey(node) !== undefined
  const byKey = Map.groupBy(terms.filter(isEqual), (term) => labelKey(term)!)
  const labels = [...byKey].map(([key, same]) => ({
    key,
    values: same.flatMap(({ test }) => (test.op === 'eq' ? [test.value] : [])),
    position: same[0]!.position,
  }))
  return { labels, others: terms.filter((term) => !isEqual(term)) }
}

/** Each once. */
export function podTermsOf(node: SearchNode): PodTerm[] {
  return [...new Map(allTerms(node).map((term) => [term.name, term])).values()]
}

function allTerms(node: SearchNode): PodTerm[] {
  if (node.kind === 'or') {
    const { labels, others } = splitAlternatives(node.terms)
    return [...labels.map(termOfLabels), ...others.flatMap(allTerms)]
  }
  if (node.kind === 'and') return node.terms.flatMap(allTerms)
  if (node.kind === 'not') return allTerms(node.term)
  if (!isPodTerm(node)) return []
  const { test, position } = node
  const key = labelKey(node)
  if (key === undefined) return [{ name: nameOf(node), handle: ownerHandle(node), position }]
  return [
    test.op === 'eq'
      ? termOfLabels({ key, values: [test.value], position })
      : { name: nameOf(node), handle: ofLabel(key, (value) => valueSql(value, node)), position },
  ]
}

const nameOf = (term: FieldTerm): string => JSON.stringify([labelKey(term) ?? null, term.test])

const termOfLabels = ({ key, values, position }: Alternatives): PodTerm => ({
  name: JSON.stringify([key, values]),
  handle: { kind: 'label', value: sql`value IN ${strs(values.map((value) => `${key}=${value}`))}` },
  position,
})

/** Lines with this label of their own, or of such pods. */
export function labelSql(key: string, term: FieldTerm, pods: PodScopes): Fragment {
  if (term.test.op === 'eq') return alternativesSql({ key, values: [term.test.value], position: term.position }, pods)
  return orOfPods(
    ownLabel(key, (value) => valueSql(value, term)),
    pods.get(nameOf(term)),
  )
}

export const alternativesSql = (labels: Alternatives, pods: PodScopes): Fragment =>
  orOfPods(
    ownLabel(labels.key, (value) =>
      labels.values.length === 1 ? sql`${value} = ${str(labels.values[0]!)}` : sql`${value} IN ${strs(labels.values)}`,
    ),
    pods.get(termOfLabels(labels).name),
  )

const ownLabel = (key: string, test: (value: Fragment) => Fragment): Fragment =>
  sql`(mapContains(labels, ${str(key)}) AND ${test(sql`labels[${str(key)}]`)})`

/** Lines of pods with this owner; where the value may be anything else, also lines with such a field. */
export function ownerSql(term: FieldTerm, pods: PodScopes): Fragment {
  const ofPods = pods.get(nameOf(term))
  const { test } = term
  const isOwner = test.op === 'eq' && canonicalOwner(test.value) !== undefined
  return isOwner && ofPods !== undefined ? sql`(${ofPods})` : orOfPods(lineFieldSql(term), ofPods)
}

const orOfPods = (own: Fragment, ofPods: Fragment | undefined): Fragment =>
  ofPods === undefined ? own : sql`(${own} OR (${ofPods}))`

function ownerHandle(term: FieldTerm): HandleCondition {
  const { test } = term
  const value = raw('value')
  switch (test.op) {
    case 'eq':
      return ownerForm.test(test.value) ? ofOwners([test.value]) : { kind: 'owner', value: raw('0') }
    case 'prefix':
      return { kind: 'owner', value: startsWith(ownerPrefix(test.value)) }
    case 'regex':
      return { kind: 'owner', value: regexSql(value, test.pattern, term.position) }
    case 'exists':
      return { kind: 'owner', value: sql`${value} != ''` }
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      throw notComparable(term)
  }
}
