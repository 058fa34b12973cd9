// Deletes rows of tables that only age: dead letters and what is known of them, documents, counts, feeds. A TTL would
// believe the engine's clock, and this goes by the time that expiry trusts (decision 0011).
import { alterTable, localTable, systemTable } from '#shared/clickhouse/cluster-names.ts'
import { milliseconds, raw, sql, statement, str, type Fragment } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { fromEveryTenant, type TenantTable } from '#shared/clickhouse/tenant-scope.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'

export interface ExpireRowsOptions {
  store: LogStore
  reading: RowReading
}

const dayMs = 86_400_000
const yearDays = 365

const agingTables: readonly { table: TenantTable; column: string; days: number }[] = [
  { table: 'dead_letters', column: 'stored_at', days: 90 },
  { table: 'pod_losses', column: 'stored_at', days: 90 },
  { table: 'refused_lines', column: 'stored_at', days: 3 * yearDays },
  { table: 'dead_letter_replays', column: 'replayed_at', days: 180 },
  { table: 'obituaries', column: 'written_at', days: 10 * yearDays },
  { table: 'kept_counts', column: 'day', days: 10 * yearDays },
]

/** Their partitions are days. */
const feeds: readonly TenantTable[] = ['pod_change_feed', 'pod_record_feed']
const feedDays = 7

/** `nowMs`: epoch ms, as expiry trusts it. */
export async function expireRows({ store, reading }: ExpireRowsOptions, nowMs: number): Promise<void> {
  for (const { table, column, days } of agingTables) {
    const areOld = sql`${raw(column)} < ${milliseconds(nowMs - days * dayMs)}`
    const some = await reading.rows(
      statement('old-rows', sql`SELECT 1 AS one ${fromEveryTenant(table)} AND ${areOld} LIMIT 1`),
    )
    if (some.length > 0) await deleteRows(store, table, areOld)
  }
  for (const table of feeds) await dropOldDays({ store, reading }, table, nowMs - (feedDays + 1) * dayMs)
  await deleteOldInexactDays({ store, reading }, nowMs)
}

const deleteRows = (store: LogStore, table: string, are: Fragment): Promise<void> =>
  store.command({ sql: alterTable(store, table, sql`DELETE WHERE ${are}`) })

async function dropOldDays({ store, reading }: ExpireRowsOptions, table: string, beforeMs: number): Promise<void> {
  const before = new Date(beforeMs).toISOString().slice(0, 10).replaceAll('-', '')
  const days = await reading.rows<{ id: string }>(
    statement(
      'old-feed-days',
      sql`SELECT DISTINCT partition_id AS id FROM ${systemTable(store, 'parts')}
      WHERE active AND database = currentDatabase() AND table = ${str(localTable(store, table))}
        AND partition_id < ${str(before)} ORDER BY id`,
    ),
  )
  for (const { id } of days) {
    if (!/^\d{8}$/.test(id)) continue
    await store.command({ sql: alterTable(store, table, sql`DROP PARTITION ID ${raw(`'${id}'`)}`) })
  }
}

async function deleteOldInexactDays({ store, reading }: ExpireRowsOptions, nowMs: number): Promise<void> {
  const areOld = sql`day < ${milliseconds(nowMs - 10 * yearDays * dayMs)}`
  const some = await reading.rows(
    statement('old-inexact-days', sql`SELECT 1 AS one FROM inexact_days WHERE ${areOld} LIMIT 1`),
  )
  if (some.length > 0) await deleteRows(store, 'inexact_days', areOld)
}
