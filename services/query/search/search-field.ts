// pod:cart-7d9f  labels.app:cart  attributes.user:42  message:/boom/  status:500
// Chooses where a field is searched: in a column, a map or the message, and any other name in the line itself.
import { invalidParameter } from '#shared/errors.ts'
import { raw, type Fragment } from '#shared/clickhouse/sql.ts'
import type { FieldTerm, SearchNode } from './syntax/search-node.ts'
import { nearName } from './near-name.ts'
import { restartSql, severitySql, streamSql, textColumnSql } from './search-column.ts'
import { literalSql, prefixSql } from './search-literal.ts'
import { lineFieldSql, mapSql } from './search-line-field.ts'
import { labelSql, ownerSql, type PodScopes } from './pod-terms.ts'
import { messageRegexSql } from './search-regex.ts'
import { idFieldSql } from './search-trace.ts'
import { notComparable } from './search-value.ts'
import { idKindOf } from './trace-spellings.ts'

const columns: Readonly<Record<string, Fragment>> = {
  namespace: raw('namespace'),
  pod: raw('pod'),
  podUid: raw('pod_uid'),
  container: raw('container'),
  containerId: raw('container_id'),
  node: raw('node'),
  stream: raw('stream'),
  unit: raw('unit'),
  cluster: raw('cluster'),
  file: raw('file'),
}

/** Fields that each line has. */
export const columnNames: readonly string[] = [...Object.keys(columns), 'severity', 'restart', 'message']

const labels = raw('labels')
const maps: Readonly<Record<string, Fragment>> = {
  label: labels,
  labels,
  attribute: raw('attributes'),
  attributes: raw('attributes'),
}

/** Values of columns and maps are compared exactly, values of other fields whatever their case. */
export function fieldSql(term: FieldTerm, pods: PodScopes): Fragment {
  const column = Object.hasOwn(columns, term.name) ? columns[term.name] : undefined
  if (term.name === 'stream') return streamSql(term)
  if (column !== undefined) return textColumnSql(column, term)
  if (term.name === 'severity') return severitySql(term)
  if (term.name === 'restart') return restartSql(term)
  if (term.name === 'message') return messageSql(term)
  const idKind = idKindOf(term.name)
  if (idKind !== undefined) return idFieldSql(idKind, term)
  const [first, key] = splitOnce(term.name)
  const map = Object.hasOwn(maps, first) ? maps[first] : undefined
  const meant = nearName(first)
  if (meant !== undefined) throw misspelled(term, meant)
  if (map === labels && key !== '') return labelSql(key, term, pods)
  if (map !== undefined && key !== '') return mapSql(map, key, [term])
  return term.name === 'owner' ? ownerSql(term, pods) : lineFieldSql([term])
}

function misspelled(term: FieldTerm, meant: string) {
  const [first] = splitOnce(term.name)
  return invalidParameter(
    'q',
    `${first} at position ${term.position} is no field of lines: did you mean ${meant}? ` +
      `For an attribute write attributes.${term.name}, and put the term in quotes to search for it as text`,
    term.position,
  )
}

/** Whether the field is no column and no key of a map that the name says, but anything in the line. */
export function isLineField(name: string): boolean {
  if (columnNames.includes(name)) return false
  if (idKindOf(name) !== undefined) return false
  const [first, key] = splitOnce(name)
  return !(Object.hasOwn(maps, first) && key !== '')
}

/** Of alternatives, the terms about one field of the line together, and all others. */
export function groupFields(terms: readonly SearchNode[]): {
  fields: [FieldTerm, ...FieldTerm[]][]
  others: SearchNode[]
} {
  const fields = new Map<string, [FieldTerm, ...FieldTerm[]]>()
  const others: SearchNode[] = []
  for (const term of terms) {
    if (term.kind !== 'field' || !isGrouped(term.name)) {
      others.push(term)
      continue
    }
    const alike = fields.get(term.name)
    if (alike === undefined) fields.set(term.name, [term])
    else alike.push(term)
  }
  return { fields: [...fields.values()], others }
}

const isGrouped = (name: string): boolean =>
  isLineField(name) && name !== 'owner' && nearName(splitOnce(name)[0]) === undefined

function messageSql(term: FieldTerm): Fragment {
  switch (term.test.op) {
    case 'eq':
      return term.test.value === '' ? raw(`message = ''`) : literalSql(term.test.value)
    case 'prefix':
      return prefixSql(term.test.value)
    case 'regex':
      return messageRegexSql(term.test.pattern, term.position)
    case 'exists':
      return raw(`message != ''`)
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
    case 'range':
      throw notComparable(term)
  }
}

function splitOnce(name: string): [string, string] {
  const dot = name.indexOf('.')
  return dot === -1 ? [name, ''] : [name.slice(0, dot), name.slice(dot + 1)]
}
