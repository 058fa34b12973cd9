// A store on a test cluster, as the services open it, and what the cluster's own tables say of it.
import { openStore } from '#shared/clickhouse/open-store.ts'
import { raw, sql } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { clusterName, type TestCluster } from './start.ts'

export function openClusterStore(cluster: Pick<TestCluster, 'url'>, database = 'afterlog'): Promise<LogStore> {
  return openStore({ mode: 'server', url: cluster.url, user: 'default', password: '', database, cluster: clusterName })
}

interface DistributedTable {
  name: string
  /** The expression whose remainder by the number of shards is the shard of a row. */
  shardingKey: string
}

async function distributedTables(store: LogStore): Promise<DistributedTable[]> {
  const rows = await store.rows<{ name: string; full: string }>({
    sql: raw(`SELECT name, engine_full AS full FROM system.tables
      WHERE database = currentDatabase() AND engine = 'Distributed' ORDER BY name`),
  })
  return rows.map(({ name, full }) => {
    const key = /^Distributed\('\w+', '\w+', '\w+', (.+)\)$/.exec(full)?.[1]
    if (key === undefined) throw new Error(`the table ${name} has no sharding key: ${full}`)
    return { name, shardingKey: key }
  })
}

/**
 * Rows of each distributed table that stand on another of the two shards than their key says; tables without such rows
 * are left out.
 */
export async function misplacedRows(store: LogStore): Promise<Record<string, number>> {
  const misplaced: Record<string, number> = {}
  for (const { name, shardingKey } of await distributedTables(store)) {
    const [row] = await store.rows<{ n: number }>({
      sql: sql`SELECT toUInt32(count()) AS n FROM ${raw(name)} WHERE _shard_num != ${raw(shardingKey)} % 2 + 1`,
    })
    if (row!.n > 0) misplaced[name] = row!.n
  }
  return misplaced
}
