// The tests of `field:value` on one text value: 500  cart-*  /cart-.*/  *  >500
import { invalidParameter } from '#shared/errors.ts'
import { bind, join, raw, sql, str, type Fragment } from '#shared/clickhouse/sql.ts'
import type { Comparison, FieldTerm, FieldTest } from './syntax/search-node.ts'
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
      return numberSql(value, [[test.op, test.value]], term)
    case 'range':
      return numberSql(
        value,
        [
          [test.from.op, test.from.value],
          [test.to.op, test.to.value],
        ],
        term,
      )
  }
}

const isNumber = String.raw`^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$`

/**
 * Compares with all bounds: with up to 20 decimals exactly, whatever the number of digits before them up to 50. Others
 * are compared as floating-point numbers.
 */
function numberSql(value: Fragment, bounds: readonly (readonly [Comparison, string])[], term: FieldTerm): Fragment {
  const compared = bounds.map(([op, bound]) => {
    const float = sql`toFloat64OrDefault(${value}, nan) ${signs[op]} ${bind('Float64', number(bound, term))}`
    return /^[-+]?\d{0,50}(?:\.\d{0,20})?$/.test(bound)
      ? sql`ifNull(toDecimal256OrNull(${value}, 20) ${signs[op]} toDecimal256(${str(bound)}, 20), ${float})`
      : float
  })
  return sql`(match(${value}, ${str(isNumber)}) AND ${join(compared, ' AND ')})`
}

function number(value: string, term: FieldTerm): number {
  const parsed = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(value) ? Number(value) : Number.NaN
  if (Number.isFinite(parsed)) return parsed
  const advice = /^\d{4}-\d{2}/.test(value)
    ? 'times of lines are asked for by the parameters from and to'
    : 'write one after the sign'
  throw invalidParameter(
    'q',
    `${termText(term)} at position ${term.position} needs a number: ` +
      `${advice}, or put the term in quotes to search for it as text`,
    term.position,
  )
}

export const isComparison = ({ op }: FieldTest): boolean => ['gt', 'gte', 'lt', 'lte', 'range'].includes(op)

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
