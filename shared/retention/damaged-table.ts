// Small tables of the retention rules whose parts are damaged.
import { localTable } from '#shared/clickhouse/cluster-names.ts'
import { raw } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { AfterlogError } from '#shared/errors.ts'

/** Whether a statement failed for a reason other than the state of the store and its disk. */
export const isDamage = (error: unknown): boolean => error instanceof AfterlogError && error.code === 'internal'

/** Removes all rows, also those that cannot be read. */
export async function emptyTable(store: LogStore, table: string): Promise<void> {
  const onCluster = store.cluster === undefined ? '' : ` ON CLUSTER ${store.cluster}`
  await store.command({ sql: raw(`TRUNCATE TABLE ${localTable(store, table)}${onCluster}`) })
}
