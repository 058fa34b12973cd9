// Pure: conditions on `value` of the rows of pod_lookup, for each kind of handle that people ask by.
import { int, join, raw, sql, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import type { HandleKind } from '#shared/pod-model/handles.ts'
import type { LabelRequirement } from './label-selector.ts'
import { ownerCondition, ownerName } from './owner-name.ts'

/** Pods with a handle of this kind whose value fulfils a condition, or, with `without`, pods that have none. */
export interface HandleCondition {
  kind: HandleKind
  value: Fragment
  without?: boolean
}

export const isExclusion = ({ without }: HandleCondition): boolean => without === true

export const any = (conditions: readonly Fragment[]): Fragment => sql`(${join(conditions, ' OR ')})`

// The engine reads one value in the order of the table, and has to sort several.
export const oneOf = (values: readonly string[]): Fragment =>
  values.length === 1 ? sql`value = ${str(values[0]!)}` : sql`value IN ${strs(values)}`

export const startsWith = (prefix: string): Fragment => sql`startsWith(${raw('value')}, ${str(prefix)})`

/** `image` as normaliseImage writes it. */
const imageCondition = (image: string): Fragment =>
  image.startsWith('sha256:')
    ? startsWith(image)
    : any([sql`value = ${str(image)}`, startsWith(`${image}:`), startsWith(`${image}@`)])

/** An image as pod_lookup has it: its digest alone where it has one, else without the name of Docker's own registry. */
export function normaliseImage(image: string): string {
  return /sha256:[0-9a-f]+$/.exec(image.toLowerCase())?.[0] ?? image.replace(/^docker\.io\/(library\/)?/, '')
}

export const ofOwners = (owners: readonly string[]): HandleCondition => ({
  kind: 'owner',
  value: any(owners.map((owner) => ownerCondition(ownerName(owner)))),
})

export const ofImages = (images: readonly string[]): HandleCondition => ({
  kind: 'image',
  value: any(images.map((image) => imageCondition(normaliseImage(image)))),
})

/** Pods with this label, whose value fulfils a condition. */
export function ofLabel(key: string, test: (value: Fragment) => Fragment): HandleCondition {
  const value = sql`substring(${raw('value')}, ${uint(Buffer.byteLength(`${key}=`) + 1)})`
  return { kind: 'label', value: sql`(${startsWith(`${key}=`)} AND ${test(value)})` }
}

export function ofLabelRequirement(requirement: LabelRequirement): HandleCondition {
  const { key } = requirement
  const kind = 'label'
  switch (requirement.operator) {
    case 'in':
      return { kind, value: oneOf(requirement.values.map((value) => `${key}=${value}`)) }
    case 'notin':
      return { kind, value: oneOf(requirement.values.map((value) => `${key}=${value}`)), without: true }
    case 'exists':
      return { kind, value: startsWith(`${key}=`) }
    case 'absent':
      return { kind, value: startsWith(`${key}=`), without: true }
    case 'greater':
      return ofLabel(key, (value) => sql`ifNull(toInt64OrNull(${value}) > ${int(requirement.bound)}, 0)`)
    case 'less':
      return ofLabel(key, (value) => sql`ifNull(toInt64OrNull(${value}) < ${int(requirement.bound)}, 0)`)
  }
}
