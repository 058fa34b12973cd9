// Statements of the one reader of arrivals: which parts came, which batches their rows are of, and the lines among them.
import { bind, join, milliseconds, sql, statement, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import { lastWordsClass } from '#shared/retention/retention.ts'

/** An active part of `logs`. */
export interface ListedPart {
  name: string
  rows: number
  /** Whether it is as its insert wrote it: no merge and no mutation made it. */
  isFresh: 0 | 1
}

/** Parts that were written in the last `withinS` seconds, and those with these names. Rows: ListedPart. */
export const partsWritten = (withinS: number, names: readonly string[]): Fragment =>
  statement(
    'parts-written',
    sql`SELECT name, toFloat64(rows) AS rows, level = 0 AND data_version = min_block_number AS isFresh
    FROM system.parts WHERE active AND database = currentDatabase() AND table = 'logs'
    AND position(partition, ${bind('String', `'${lastWordsClass}'`)}) = 0
    AND (modification_time >= now() - ${uint(withinS)} OR name IN ${strs(names)})`,
  )

/** Rows of these parts. */
export const rowsOfParts = (names: readonly string[]): Fragment => sql`_part IN ${strs(names)}`

/** Rows that arrived since (epoch ms), of parts of any shard that were written in the last `withinS` seconds. */
export const rowsWritten = (since: number, withinS: number): Fragment =>
  sql`${rowsSince(since)}
    AND _part IN (SELECT name FROM system.parts WHERE active AND modification_time >= now() - ${uint(withinS)})`

export const rowsSince = (since: number): Fragment => sql`received >= ${milliseconds(since)}`

/** The rows of one batch that one part has. */
export interface BatchRow {
  part: string
  /** Of the table: rows of one batch stand in several. */
  partition: string
  /** Epoch ms. */
  received: number
  arrival: string
  batch: string
  rows: number
  /** The identities of these rows, XORed. */
  fingerprint: string
  /** Epoch ns, of the times of its lines. */
  first: string
  last: string
}

/** Rows: BatchRow. */
export const batchesOf = (tenant: string, rows: Fragment): Fragment =>
  statement(
    'batches-of-parts',
    sql`SELECT _part AS part, _partition_id AS partition, toFloat64(toUnixTimestamp64Milli(logs.received)) AS received,
      toString(logs.arrival) AS arrival, toString(logs.batch) AS batch, toFloat64(count()) AS rows,
      toString(groupBitXor(identity)) AS fingerprint,
      toString(toUnixTimestamp64Nano(min(ts))) AS first, toString(toUnixTimestamp64Nano(max(ts))) AS last
    ${fromTable(tenant, 'logs')} AND ${rows}
    GROUP BY _part, _partition_id, logs.received, logs.arrival, logs.batch
    ORDER BY logs.received, logs.arrival`,
  )

/** Rows of these batches, of which there is one at least. */
export const rowsOfBatches = (batches: readonly Pick<BatchRow, 'received' | 'arrival'>[]): Fragment =>
  sql`received IN (${join(
    [...new Set(batches.map(({ received }) => received))].map((received) => milliseconds(received)),
    ', ',
  )}) AND arrival IN ${bind('Array(UInt64)', [...new Set(batches.map(({ arrival }) => arrival))])}`
