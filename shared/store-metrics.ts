// Metrics of the stored data and the free space, from the store itself. They are queried when /metrics is read, at most
// once in fifteen seconds. If the store does not answer, only these figures are missing from /metrics.
import { Gauge, type Registry } from 'prom-client'
import { systemTable } from './clickhouse/cluster-names.ts'
import { sql, statement } from './clickhouse/sql.ts'
import type { LogStore } from './clickhouse/store.ts'

export interface StoreMetricsOptions {
  registry: Registry
  store: Pick<LogStore, 'rows'>
  /** The name of the cluster, of which every shard is queried. */
  cluster?: string | undefined
}

const queriedEveryMs = 15_000
/** ms after which /metrics is answered without these figures. */
const answerMsMax = 2000

interface TableRow {
  table: string
  rows: number
  bytes: number
  parts: number
}

interface DiskRow {
  disk: string
  free: number
  total: number
}

export function createStoreMetrics({ registry, store, cluster }: StoreMetricsOptions): void {
  const gauge = <L extends string>(name: string, help: string, label: L) =>
    new Gauge({ name, help, labelNames: [label], registers: [registry], collect: () => collected() })
  const rows = gauge('afterlog_store_rows', 'Rows stored; what was sent twice counts twice until it is merged', 'table')
  const bytes = gauge('afterlog_store_bytes', 'Bytes on disk, compressed', 'table')
  const parts = gauge('afterlog_store_parts', 'Active parts: more of them are slower to read', 'table')
  const total = gauge('afterlog_store_disk_bytes', 'Size of a disk of the store', 'disk')
  const free = gauge('afterlog_store_disk_free_bytes', 'Bytes that are free on a disk of the store', 'disk')
  const gauges = [rows, bytes, parts, total, free]

  const query = async (): Promise<void> => {
    const signal = AbortSignal.timeout(answerMsMax)
    const [tables, disks] = await Promise.all([
      store.rows<TableRow>({ sql: tableSizes(cluster), signal }),
      store.rows<DiskRow>({ sql: diskSizes(cluster), signal }),
    ])
    for (const each of gauges) each.reset()
    for (const { table, ...size } of tables) {
      rows.set({ table }, size.rows)
      bytes.set({ table }, size.bytes)
      parts.set({ table }, size.parts)
    }
    for (const { disk, ...size } of disks) {
      total.set({ disk }, size.total)
      free.set({ disk }, size.free)
    }
  }
  let queriedMs = -Infinity
  let querying = Promise.resolve()
  /** prom-client collects all gauges at once. The first one starts the query, and all of them wait for it. */
  function collected(): Promise<void> {
    if (performance.now() - queriedMs < queriedEveryMs) return querying
    queriedMs = performance.now()
    querying = query().catch(() => {
      for (const each of gauges) each.reset()
    })
    return querying
  }
}

const tableSizes = (cluster: string | undefined) =>
  statement(
    'store-tables',
    sql`SELECT table, toFloat64(sum(rows)) AS rows, toFloat64(sum(bytes_on_disk)) AS bytes, toFloat64(count()) AS parts
    FROM ${systemTable({ cluster }, 'parts')} WHERE active AND database = currentDatabase() GROUP BY table`,
  )

/** Of several shards, the one with the least free space counts. */
const diskSizes = (cluster: string | undefined) =>
  statement(
    'store-disks',
    sql`SELECT name AS disk, toFloat64(min(free_space)) AS free, toFloat64(argMin(total_space, free_space)) AS total
    FROM ${systemTable({ cluster }, 'disks')} GROUP BY name`,
  )
