// Statements that find lines by their arrival instead of their time: lines come late and out of order. No index has the
// arrival, so a statement reads the parts that were written since then. A merge that rewrites older rows only makes
// that set of parts larger.
import { bind, join, milliseconds, raw, sql, statement, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { linesFrom, rowsFrom, type LineFilter } from '#shared/lines/line-filter.ts'
import { keyColumns, keyOfRow, keyTuple, type LineKey } from '#shared/lines/line-order.ts'

/** A place in the order of arrival. What arrived in one millisecond has the order of lines. */
export interface ArrivalPlace {
  /** Epoch ms. */
  received: number
  key: LineKey
}

/** What names a line. */
export type LineName = Pick<LineKey, 'ts' | 'identity'>

export interface ArrivalRow {
  ts: string
  restart: number
  file: string
  offset: number
  received: number
  arrival: string
  seq: number
  identity: string
}

/**
 * Keys of the rows, absorbed ones too, that arrived at `since` (epoch ms) or later and behind `after`, in order of
 * arrival. Rows: ArrivalRow.
 */
export function arrivals(
  filter: LineFilter,
  since: number,
  writtenWithinS: number,
  limit: number,
  after?: ArrivalPlace,
): Fragment {
  const conditions = [
    rowsFrom(filter),
    sql`received >= ${milliseconds(since)}`,
    sql`_part IN (SELECT name FROM system.parts WHERE active AND modification_time >= now() - ${uint(writtenWithinS)})`,
  ]
  if (after !== undefined) conditions.push(sql`${placeOfRow} > ${placeTuple(after)}`)
  return statement(
    'line-arrivals',
    sql`SELECT toString(toUnixTimestamp64Nano(logs.ts)) AS ts, restart, toString(logs.file) AS file,
      toFloat64(logs.offset) AS offset, toFloat64(toUnixTimestamp64Milli(logs.received)) AS received,
      toString(logs.arrival) AS arrival, seq, toString(logs.identity) AS identity
    FROM (SELECT ${raw(keyColumns.join(', '))} ${join(conditions, ' AND ')}
      ORDER BY received, ${raw(keyColumns.join(', '))} LIMIT 1 BY ts, identity LIMIT ${uint(limit)}) AS logs`,
  )
}

/** The place of a row as a tuple that SQL compares with `placeTuple`. */
export const placeOfRow = sql`(received, ${keyOfRow})`

export const placeTuple = ({ received, key }: ArrivalPlace): Fragment =>
  sql`(${milliseconds(received)}, ${keyTuple(key)})`

/** Which of these lines had already arrived before `since`, or up to `after`: agents sent them again. */
export function arrivedBefore(
  tenant: string,
  names: readonly LineName[],
  since: number,
  after?: ArrivalPlace,
): Fragment {
  const earlier = sql`received < ${milliseconds(since)}`
  const arrived = after === undefined ? earlier : sql`(${earlier} OR ${placeOfRow} <= ${placeTuple(after)})`
  return statement(
    'line-arrivals-before',
    sql`SELECT DISTINCT toString(toUnixTimestamp64Nano(ts)) AS time, toString(identity) AS id
    ${linesFrom({ tenant, fields: {}, ...span(names), scope: isOneOf(names) })} AND ${arrived}`,
  )
}

/** Finds exactly these lines. */
export const namesFilter = (tenant: string, names: readonly LineName[]): LineFilter => ({
  tenant,
  fields: {},
  ...span(names),
  scope: isOneOf(names),
})

/** Compares identities before pairs of time and identity, since a number is cheaper to compare than a text. */
const isOneOf = (keys: readonly LineName[]): Fragment =>
  sql`identity IN ${bind(
    'Array(UInt64)',
    keys.map(({ identity }) => identity),
  )}
    AND concat(toString(toUnixTimestamp64Nano(ts)), '/', toString(identity))
      IN ${strs(keys.map(({ ts, identity }) => `${ts}/${identity}`))}`

function span(keys: readonly LineName[]): { from: bigint; to: bigint } {
  let from = keys[0]!.ts
  let last = from
  for (const { ts } of keys) {
    if (ts < from) from = ts
    if (ts > last) last = ts
  }
  return { from, to: last + 1n }
}
