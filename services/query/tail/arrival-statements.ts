// Statements that find lines by their arrival instead of their time: lines come late and out of order. No index has the
// arrival, so a statement reads the parts that were written since then. A merge that rewrites older rows only makes
// that set of parts larger.
import { join, milliseconds, raw, sql, statement, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { linesFrom, rowsFrom, type LineFilter } from '#shared/lines/line-filter.ts'
import { namesFilter, type LineName } from '#shared/lines/line-names.ts'
import { keyColumns, keyOfRow, keyTuple } from '#shared/lines/line-order.ts'
import type { ArrivalPlace } from './arrival-place.ts'

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
  after: ArrivalPlace,
): Fragment {
  const conditions = [
    rowsFrom(filter),
    sql`received >= ${milliseconds(since)}`,
    sql`_part IN (SELECT name FROM system.parts WHERE active AND modification_time >= now() - ${uint(writtenWithinS)})`,
    sql`${placeOfRow} > ${placeTuple(after)}`,
  ]
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

/** Which of these lines had already arrived at `place` or before: agents sent them again. */
export const arrivedBefore = (tenant: string, names: readonly LineName[], place: ArrivalPlace): Fragment =>
  statement(
    'line-arrivals-before',
    sql`SELECT DISTINCT toString(toUnixTimestamp64Nano(ts)) AS time, toString(identity) AS id
    ${linesFrom(namesFilter(tenant, names))} AND ${placeOfRow} <= ${placeTuple(place)}`,
  )
