// Empties small tables whose rows are known from elsewhere.
import { localTable, onCluster } from '#shared/clickhouse/cluster-names.ts'
import { raw } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'

/** Removes all rows, also those that cannot be read. */
export async function emptyTable(store: LogStore, table: string): Promise<void> {
  await store.command({ sql: raw(`TRUNCATE TABLE ${localTable(store, table)}${onCluster(store)}`) })
}
