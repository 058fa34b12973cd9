// The tests of `field:value` on one text value: 500  cart-*  /cart-.*/  *  >500
import { invalidParameter } from '#shared/errors.ts'
import { bind, raw, sql, str, type Fragment } from '#shared/clickhouse/sql.ts'
import type { Comparison, FieldTerm } from './syntax/search-node.ts'
import { regexSql } from './search-regex.ts'

export const signs: Readonly<Record<Comparison, Fragment>> = {
  gt: raw('>'),
  gte: raw('>='),
  lt: raw('<'),
  lte: raw('<='),
}

/** True where `value` passes, never NULL. A value that is no number passes no comparison. */
export function valueSql(value: Fragment, term: FieldTerm): Fragment {
  const { test } = term
  switch (test.op) {
    case 'eq':
      return sql`${value} = ${str(test.value)}`
    case 'prefix':
      return sql`startsWith(${value}, ${str(test.value)})`
    case 'regex':
      return regexSql(value, test.pattern, term.position)
    case 'exists':
      return sql`${value} != ''`
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return sql`toFloat64OrDefault(${value}, nan) ${signs[test.op]} ${bind('Float64', number(test.value, term))}`
  }
}

function number(value: string, term: FieldTerm): number {
  const parsed = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(value) ? Number(value) : Number.NaN
  if (Number.isFinite(parsed)) return parsed
  throw invalidParameter(
    'q',
    `${termText(term)} at position ${term.position} needs a number: ` +
      'write one after the sign, or put the term in quotes to search for it as text',
    term.position,
  )
}

export function notComparable(term: FieldTerm) {
  return invalidParameter(
    'q',
    `${termText(term)} at position ${term.position}: ${term.name} has no order; ` +
      'only restart, severity, labels, attributes and fields of the line can be compared. ' +
      'Put the term in quotes to search for it as text',
    term.position,
  )
}

/** A term for a message, cut where it is long. */
export const termText = (term: FieldTerm): string => (term.text.length > 40 ? `${term.text.slice(0, 40)}…` : term.text)
