// Statements that find lines by their arrival instead of their time: lines come late and out of order. They are for what
// arrived before a tail took part in the feed (follow-arrivals.ts), and read the parts that were written since then. A merge
// that rewrites older rows only makes that set of parts larger.
import { join, milliseconds, raw, sql, statement, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { linesFrom, rowsFrom, type LineFilter } from '#shared/lines/line-filter.ts'
import { namesFilter, type LineName } from '#shared/lines/line-names.ts'
import { keyColumns, keyOfRow, keyTuple, orderBy } from '#shared/lines/line-order.ts'
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

export const placeOfArrival = ({ received, ts, arrival, identity, ...row }: ArrivalRow): ArrivalPlace => ({
  received,
  key: { ...row, received, ts: BigInt(ts), arrival: BigInt(arrival), identity: BigInt(identity) },
})

/**
 * Keys of the rows, absorbed ones too, that arrived at `since` (epoch ms) or later and behind `after`, where it is
 * given, in order of arrival. Rows: ArrivalRow.
 */
export function arrivals(
  filter: LineFilter,
  since: number,
  writtenWithinS: number,
  limit: number,
  after: ArrivalPlace | undefined,
): Fragment {
  const conditions = [
    rowsFrom(filter),
    sql`received >= ${milliseconds(since)}`,
    sql`_part IN (SELECT name FROM system.parts WHERE active AND modification_time >= now() - ${uint(writtenWithinS)})`,
    ...(after === undefined ? [] : [sql`${placeOfRow} > ${placeTuple(after)}`]),
  ]
  return statement('line-arrivals', firstRows(sql`${join(conditions, ' AND ')}`, sql` LIMIT ${uint(limit)}`))
}

/** The first row to arrive of each line, as ArrivalRow, in order of arrival. */
const firstRows = (from: Fragment, limit: Fragment): Fragment =>
  sql`SELECT toString(toUnixTimestamp64Nano(logs.ts)) AS ts, restart, toString(logs.file) AS file,
      toFloat64(logs.offset) AS offset, toFloat64(toUnixTimestamp64Milli(logs.received)) AS received,
      toString(logs.arrival) AS arrival, seq, toString(logs.identity) AS identity
    FROM (SELECT ${raw(keyColumns.join(', '))} ${from}
      ORDER BY received, ${orderBy('asc')} LIMIT 1 BY ts, identity${limit}) AS logs`

/** The place of a row as a tuple that SQL compares with `placeTuple`. */
export const placeOfRow = sql`(received, ${keyOfRow})`

export const placeTuple = ({ received, key }: ArrivalPlace): Fragment =>
  sql`(${milliseconds(received)}, ${keyTuple(key)})`

/** Where these lines arrived first: agents may have sent them again. Rows: ArrivalRow. */
export const firstArrivals = (tenant: string, names: readonly LineName[]): Fragment =>
  statement('first-arrivals', firstRows(linesFrom(namesFilter(tenant, names)), sql``))

/**
 * The lines of these times, epoch ns, that arrived at `received`, epoch ms, or before: where each arrived first. Rows:
 * ArrivalRow.
 */
export const arrivedBefore = (
  tenant: string,
  times: { from: bigint; to: bigint },
  received: number,
  limit: number,
): Fragment =>
  statement(
    'arrived-before',
    firstRows(
      linesFrom({ tenant, fields: {}, ...times, scope: sql`received <= ${milliseconds(received)}` }),
      sql` LIMIT ${uint(limit)}`,
    ),
  )
