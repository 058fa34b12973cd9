// Statements that find lines by their arrival instead of their time: lines come late and out of order. No index has the
// arrival, so a statement reads the parts that were written since then. A merge that rewrites older rows only makes
// that set of parts larger.
import { bind, join, milliseconds, sql, statement, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { linesFrom, nanoseconds, type LineFilter } from '#shared/lines/line-filter.ts'

/** Identity of a line among arrivals. */
export interface ArrivalKey {
  /** Epoch ms. */
  received: number
  ts: bigint
  identity: bigint
}

/** Keys of the lines that arrived at `since` (epoch ms) or later and behind `after`, in order of arrival. */
export function arrivals(
  filter: LineFilter,
  since: number,
  writtenWithinS: number,
  limit: number,
  after?: ArrivalKey,
): Fragment {
  const conditions = [
    linesFrom(filter),
    sql`received >= ${milliseconds(since)}`,
    sql`_part IN (SELECT name FROM system.parts WHERE active AND modification_time >= now() - ${uint(writtenWithinS)})`,
  ]
  if (after !== undefined) {
    conditions.push(sql`(received, ts, identity) > ${arrivalKey(after)}`)
  }
  return statement(
    'line-arrivals',
    sql`SELECT toFloat64(toUnixTimestamp64Milli(received)) AS arrived,
      toString(toUnixTimestamp64Nano(ts)) AS time, toString(identity) AS id
    ${join(conditions, ' AND ')} ORDER BY received, ts, identity LIMIT 1 BY ts, identity LIMIT ${uint(limit)}`,
  )
}

/** The key as a tuple that SQL compares with (received, ts, identity). */
export const arrivalKey = ({ received, ts, identity }: ArrivalKey): Fragment =>
  sql`(${milliseconds(received)}, ${nanoseconds(ts)}, ${bind('UInt64', String(identity))})`

/** Which of these lines had already arrived before `since`: agents sent them again. */
export const arrivedBefore = (tenant: string, keys: readonly ArrivalKey[], since: number): Fragment =>
  statement(
    'line-arrivals-before',
    sql`SELECT DISTINCT toString(toUnixTimestamp64Nano(ts)) AS time, toString(identity) AS id
    ${linesFrom({ tenant, fields: {}, ...span(keys), scope: isOneOf(keys) })} AND received < ${milliseconds(since)}`,
  )

/** Finds exactly the lines of these keys. */
export const keysFilter = (tenant: string, keys: readonly ArrivalKey[]): LineFilter => ({
  tenant,
  fields: {},
  ...span(keys),
  scope: isOneOf(keys),
})

/** Compares identities before pairs of time and identity, since a number is cheaper to compare than a text. */
const isOneOf = (keys: readonly ArrivalKey[]): Fragment =>
  sql`identity IN ${bind(
    'Array(UInt64)',
    keys.map(({ identity }) => identity),
  )}
    AND concat(toString(toUnixTimestamp64Nano(ts)), '/', toString(identity))
      IN ${strs(keys.map(({ ts, identity }) => `${ts}/${identity}`))}`

function span(keys: readonly ArrivalKey[]): { from: bigint; to: bigint } {
  let from = keys[0]!.ts
  let last = from
  for (const { ts } of keys) {
    if (ts < from) from = ts
    if (ts > last) last = ts
  }
  return { from, to: last + 1n }
}
