// Pure: statements about the store itself: its parts and disks, from system tables, which read no line, and the dead
// letters of a tenant.
import { sql, statement, str, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { localTable, systemTable } from '#shared/clickhouse/cluster-names.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'

type Place = Pick<LogStore, 'cluster'>

export interface TableSizeRow {
  table: string
  /** Of `logs`, a day of a class as the engine writes it, such as (20261123,'default'); '' of others. */
  partition: string
  rows: number
  /** On disk, and as the columns are once they are read. */
  bytes: number
  bytesUncompressed: number
  parts: number
}

/** Partitions of `logs`, the newest days, and tables, the largest. */
export const sizesMax = 10_000

/** Sizes of tables, and of each partition of `logs`. Rows: TableSizeRow. */
export const tableSizes = (place: Place): Fragment =>
  statement(
    'sizes-of-tables',
    sql`SELECT table, if(table = ${str(localTable(place, 'logs'))}, partition, '') AS partition,
      toFloat64(sum(rows)) AS rows, toFloat64(sum(bytes_on_disk)) AS bytes,
      toFloat64(sum(data_uncompressed_bytes)) AS bytesUncompressed, toFloat64(count()) AS parts
    FROM ${systemTable(place, 'parts')} WHERE active AND database = currentDatabase()
    GROUP BY table, partition ORDER BY partition DESC, bytes DESC LIMIT ${uint(sizesMax)}`,
  )

export interface DiskRow {
  disk: string
  freeBytes: number
  totalBytes: number
}

/** Of several shards, the one with the least free space counts. Rows: DiskRow. */
export const diskSizes = (place: Place): Fragment =>
  statement(
    'sizes-of-disks',
    sql`SELECT name AS disk, toFloat64(min(free_space)) AS freeBytes,
      toFloat64(argMin(total_space, free_space)) AS totalBytes
    FROM ${systemTable(place, 'disks')} GROUP BY name ORDER BY name`,
  )

export interface LetterCountRow {
  code: string
  count: number
  waiting: number
  newest: string
}

/** Dead letters of a tenant by reason, most frequent first; `waiting`: not sent again yet. Rows: LetterCountRow. */
export const countedLetters = (tenant: string): Fragment =>
  statement(
    'dead-letters-by-reason',
    sql`SELECT toString(reason) AS code, toFloat64(uniqExact(identity)) AS count,
      toFloat64(uniqExactIf(identity, identity GLOBAL NOT IN (
        SELECT identity ${fromTable(tenant, 'dead_letter_replays')}))) AS waiting, max(time) AS newest
    ${fromTable(tenant, 'dead_letters')} GROUP BY code ORDER BY count DESC, code`,
  )
