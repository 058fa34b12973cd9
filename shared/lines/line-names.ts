// Lines by their names: (ts, identity) is the name of a line.
import { bind, raw, sql, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import type { LineFilter } from './line-filter.ts'
import type { LineKey } from './line-order.ts'

export type LineName = Pick<LineKey, 'ts' | 'identity'>

/** A name as text: epoch ns, a slash, and the identity. */
export const nameOf = ({ ts, identity }: LineName): string => `${ts}/${identity}`

/** What `nameOf` returns, of a row. */
export const nameOfRow = raw("concat(toString(toUnixTimestamp64Nano(ts)), '/', toString(identity))")

/** Finds exactly these lines, of which there must be one at least. */
export const namesFilter = (tenant: string, names: readonly LineName[]): LineFilter => ({
  tenant,
  fields: {},
  ...span(names),
  scope: isOneOf(names),
})

/** Compares identities before names, since a number is cheaper to compare than a text. */
const isOneOf = (names: readonly LineName[]): Fragment =>
  sql`identity IN ${bind(
    'Array(UInt64)',
    names.map(({ identity }) => identity),
  )} AND ${nameOfRow} IN ${strs(names.map(nameOf))}`

function span(names: readonly LineName[]): { from: bigint; to: bigint } {
  let from = names[0]!.ts
  let last = from
  for (const { ts } of names) {
    if (ts < from) from = ts
    if (ts > last) last = ts
  }
  return { from, to: last + 1n }
}
