// What arrived lately, by arrival and not by time: lines come late and out of order. Arrival is in no index, so rows are looked
// for in parts written since; a merge that rewrites older rows only makes that set larger.
import { bind, join, milliseconds, sql, statement, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { linesFrom, nanoseconds, type LineFilter } from '#shared/lines/line-filter.ts'

/** Identity of a line among arrivals. */
export interface ArrivalKey {
  /** Epoch ms. */
  received: number
  ts: bigint
  identity: bigint
}

/** Keys of lines that arrived at `since` (epoch ms) or later and behind `after`, in order of arrival: received, ts, identity. */
export function arrivals(filter: LineFilter, since: number, writtenWithinS: number, limit: number, after?: ArrivalKey): Fragment {
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
    sql`SELECT toFloat64(toUnixTimestamp64Milli(received)) AS arrived, toString(toUnixTimestamp64Nano(ts)) AS time, toString(identity) AS id
    ${join(conditions, ' AND ')} ORDER BY received, ts, identity LIMIT 1 BY ts, identity LIMIT ${uint(limit)}`,
  )
}

/** To be compared with (received, ts, identity). */
export const arrivalKey = ({ received, ts, identity }: ArrivalKey): Fragment =>
  sql`(${milliseconds(received)}, ${nanoseconds(ts)}, ${bind('UInt64', String(identity))})`

/** Those of the keys that had arrived before `since` already: lines sent again. */
export const arrivedBefore = (tenant: string, keys: readonly ArrivalKey[], since: number): Fragment =>
  statement(
    'line-arrivals-before',
    sql`SELECT DISTINCT toString(toUnixTimestamp64Nano(ts)) AS time, toString(identity) AS id
    ${linesFrom({ tenant, fields: {}, ...span(keys), scope: isOneOf(keys) })} AND received < ${milliseconds(since)}`,
  )

/** A filter that finds exactly the lines of these keys. */
export const keysFilter = (tenant: string, keys: readonly ArrivalKey[]): LineFilter => ({
  tenant,
  fields: {},
  ...span(keys),
  scope: isOneOf(keys),
})

/** Pairs of time and identity; identities come first, they are cheap to compare. */
const isOneOf = (keys: readonly ArrivalKey[]): Fragment =>
  sql`identity IN ${bind(
    'Array(UInt64)',
    keys.map(({ identity }) => identity),
  )}
    AND concat(toString(toUnixTimestamp64Nano(ts)), '/', toString(identity)) IN ${strs(keys.map(({ ts, identity }) => `${ts}/${identity}`))}`

function span(keys: readonly ArrivalKey[]): { from: bigint; to: bigint } {
  let from = keys[0]!.ts
  let last = from
  for (const { ts } of keys) {
    if (ts < from) from = ts
    if (ts > last) last = ts
  }
  return { from, to: last + 1n }
}
