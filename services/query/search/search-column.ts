// namespace:shop  pod:cart-*  severity:>=warn  restart:>1
// Terms on fields that are columns: the cheapest searches there are.
import { invalidParameter } from '#shared/errors.ts'
import { int, join, raw, sql, str, type Fragment } from '#shared/clickhouse/sql.ts'
import type { FieldTerm } from './syntax/search-node.ts'
import { isComparison, notComparable, termText, signs, valueSql } from './search-value.ts'
import { filterSeverity } from './severity-filter.ts'

export function textColumnSql(column: Fragment, term: FieldTerm): Fragment {
  if (isComparison(term.test)) throw notComparable(term)
  if (term.test.op === 'eq' && term.test.value.includes('*') && !term.text.endsWith('"')) throw misplacedStar(term)
  return valueSql(column, term)
}

/** In any case, as the parameter takes it. */
export function streamSql(term: FieldTerm): Fragment {
  const { test } = term
  if (test.op !== 'eq') return textColumnSql(raw('stream'), term)
  const value = test.value.toLowerCase()
  if (!['', 'stdout', 'stderr'].includes(value))
    throw invalidParameter(
      'q',
      `${termText(term)} at position ${term.position}: a stream is stdout or stderr. ` +
        'Put the term in quotes to search for it as text',
      term.position,
    )
  return sql`stream = ${str(value)}`
}

function misplacedStar(term: FieldTerm) {
  return invalidParameter(
    'q',
    `${termText(term)} at position ${term.position}: a star only works at the end of a value. ` +
      `Write ${term.name}:/…/ with a regular expression, or put the value in quotes`,
    term.position,
  )
}

/** Least severe first. A line without a severity is neither below nor above any of them. */
const ranks = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']
export function severitySql(term: FieldTerm): Fragment {
  const { test } = term
  switch (test.op) {
    case 'eq':
      return sql`severity = ${str(test.value === '' ? '' : ranks[rank(test.value, term)]!)}`
    case 'gt':
      return anyOf(ranks.slice(rank(test.value, term) + 1))
    case 'gte':
      return anyOf(ranks.slice(rank(test.value, term)))
    case 'lt':
      return anyOf(ranks.slice(0, rank(test.value, term)))
    case 'lte':
      return anyOf(ranks.slice(0, rank(test.value, term) + 1))
    case 'range': {
      const { from, to } = test
      const first = rank(from.value, term) + (from.op === 'gt' ? 1 : 0)
      const last = rank(to.value, term) - (to.op === 'lt' ? 1 : 0)
      return anyOf(ranks.slice(first, last + 1))
    }
    case 'prefix':
    case 'regex':
    case 'exists':
      return valueSql(raw('severity'), term)
  }
}

const anyOf = (severities: readonly string[]): Fragment =>
  severities.length === 0
    ? raw('0')
    : sql`severity IN (${join(
        severities.map((name) => sql`${str(name)}`),
        ', ',
      )})`

function rank(value: string, term: FieldTerm): number {
  const at = ranks.indexOf(filterSeverity(value) ?? '')
  if (at !== -1) return at
  throw invalidParameter(
    'q',
    `${termText(term)} at position ${term.position}: a severity is one of ${ranks.join(', ')}. ` +
      'Put the term in quotes to search for it as text',
    term.position,
  )
}

/** -1 is stored where the restart is unknown, so no comparison selects it. */
export function restartSql(term: FieldTerm): Fragment {
  const { test } = term
  switch (test.op) {
    case 'eq':
      return sql`restart = ${int(count(test.value, term))}`
    case 'exists':
      return raw('restart >= 0')
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return sql`(restart >= 0 AND restart ${signs[test.op]} ${int(count(test.value, term))})`
    case 'range': {
      const from = sql`restart ${signs[test.from.op]} ${int(count(test.from.value, term))}`
      return sql`(restart >= 0 AND ${from} AND restart ${signs[test.to.op]} ${int(count(test.to.value, term))})`
    }
    case 'prefix':
    case 'regex':
      return count(undefined, term)
  }
}

function count(value: string, term: FieldTerm): number
function count(value: undefined, term: FieldTerm): never
function count(value: string | undefined, term: FieldTerm): number {
  if (value !== undefined && /^\d{1,9}$/.test(value)) return Number(value)
  throw invalidParameter(
    'q',
    `${termText(term)} at position ${term.position}: a restart is a whole number, 0 for the first life. ` +
      'Put the term in quotes to search for it as text',
    term.position,
  )
}
