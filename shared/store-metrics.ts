// What is stored and what room is left, as the store itself says: asked when /metrics is, at most once in fifteen seconds. A store that does
// not answer leaves its last figures out of the answer, and not the answer out.
import { Gauge, type Registry } from 'prom-client'
import { raw, sql, statement } from './clickhouse/sql.ts'
import type { LogStore } from './clickhouse/store.ts'

export interface StoreMetricsOptions {
  registry: Registry
  store: Pick<LogStore, 'rows'>
  /** Name of the cluster: every shard is asked. */
  cluster?: string | undefined
}

const askedEveryMs = 15_000
/** ms after which /metrics is answered without what the store did not say. */
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

  const ask = async (): Promise<void> => {
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
  let askedMs = -Infinity
  let asking = Promise.resolve()
  /** All gauges are collected at once: the first one asks for all of them, and each waits for that. */
  function collected(): Promise<void> {
    if (performance.now() - askedMs < askedEveryMs) return asking
    askedMs = performance.now()
    asking = ask().catch(() => {
      for (const each of gauges) each.reset()
    })
    return asking
  }
}

/** A table of the engine's own, of one replica of every shard where there is a cluster. */
const systemTable = (name: 'parts' | 'disks', cluster: string | undefined) =>
  raw(cluster === undefined ? `system.${name}` : `cluster('${cluster}', system.${name})`)

const tableSizes = (cluster: string | undefined) =>
  statement(
    'store-tables',
    sql`SELECT table, toFloat64(sum(rows)) AS rows, toFloat64(sum(bytes_on_disk)) AS bytes, toFloat64(count()) AS parts
    FROM ${systemTable('parts', cluster)} WHERE active AND database = currentDatabase() GROUP BY table`,
  )

/** Of several shards the one with the least room. */
const diskSizes = (cluster: string | undefined) =>
  statement(
    'store-disks',
    sql`SELECT name AS disk, toFloat64(min(free_space)) AS free, toFloat64(argMin(total_space, free_space)) AS total
    FROM ${systemTable('disks', cluster)} GROUP BY name`,
  )
