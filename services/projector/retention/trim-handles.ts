// Bounds what pod_watermarks has of one pod: labels that change with each update would make its row grow for ever.
import { alterTable } from '#shared/clickhouse/cluster-names.ts'
import { sql, statement, uint } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { fromEveryTenant } from '#shared/clickhouse/tenant-scope.ts'
import { everHadMax } from '#shared/stored-pods/fact-statements.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'

/** Of rows with more than twice as many labels, owners and images as records take, deletes all but those. */
export async function trimHandles({ store, reading }: { store: LogStore; reading: RowReading }): Promise<void> {
  const areMany = sql`length(handles_first) > ${uint(2 * everHadMax)}`
  const some = await reading.rows(
    statement('long-handles', sql`SELECT 1 AS one ${fromEveryTenant('pod_watermarks')} AND ${areMany} LIMIT 1`),
  )
  if (some.length === 0) return
  const last = sql`arraySlice(arrayReverseSort(one -> (one.2, one.1),
    arrayZip(mapKeys(handles_first), mapValues(handles_first))), 1, ${uint(everHadMax)})`
  const change = sql`UPDATE handles_first = mapFromArrays(${last}.1, ${last}.2) WHERE ${areMany}`
  await store.command({ sql: alterTable(store, 'pod_watermarks', change) })
}
