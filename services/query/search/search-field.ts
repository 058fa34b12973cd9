// pod:cart-7d9f  labels.app:cart  attributes.user:42  message:/boom/  status:500
// Chooses where a field is searched: in a column, a map or the message, and any other name in the line itself.
import { raw, sql, str, type Fragment } from '#shared/clickhouse/sql.ts'
import type { FieldTerm } from './syntax/search-node.ts'
import { restartSql, severitySql, textColumnSql } from './search-column.ts'
import { literalSql, prefixSql } from './search-literal.ts'
import { lineFieldSql } from './search-line-field.ts'
import { regexSql } from './search-regex.ts'
import { labelSql, ownerSql, type PodScopes } from './pod-terms.ts'
import { notComparable, valueSql } from './search-value.ts'

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
  traceId: raw('trace_id'),
  spanId: raw('span_id'),
  file: raw('file'),
}

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
  if (column !== undefined) return textColumnSql(column, term)
  if (term.name === 'severity') return severitySql(term)
  if (term.name === 'restart') return restartSql(term)
  if (term.name === 'message') return messageSql(term)
  const [first, key] = splitOnce(term.name)
  const map = Object.hasOwn(maps, first) ? maps[first] : undefined
  if (map !== undefined && key !== '') {
    if (map === labels) return labelSql(key, term, pods)
    return sql`(mapContains(${map}, ${str(key)}) AND ${valueSql(sql`${map}[${str(key)}]`, term)})`
  }
  return term.name === 'owner' ? ownerSql(term, pods) : lineFieldSql(term)
}

/** Whether the field is no column and no key of a map that the name says, but anything in the line. */
export function isLineField(name: string): boolean {
  if (Object.hasOwn(columns, name) || ['severity', 'restart', 'message'].includes(name)) return false
  const [first, key] = splitOnce(name)
  return !(Object.hasOwn(maps, first) && key !== '')
}

function messageSql(term: FieldTerm): Fragment {
  switch (term.test.op) {
    case 'eq':
      return term.test.value === '' ? raw(`message = ''`) : literalSql(term.test.value)
    case 'prefix':
      return prefixSql(term.test.value)
    case 'regex':
      return regexSql(raw('message'), term.test.pattern, term.position)
    case 'exists':
      return raw(`message != ''`)
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      throw notComparable(term)
  }
}

function splitOnce(name: string): [string, string] {
  const dot = name.indexOf('.')
  return dot === -1 ? [name, ''] : [name.slice(0, dot), name.slice(dot + 1)]
}
