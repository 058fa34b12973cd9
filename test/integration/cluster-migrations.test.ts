// The migrations on a real cluster of two shards: written out for it beside those of one store, and ending in the same
// tables.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { runMigrations } from '#shared/migrations/run-migrations.ts'
import { distributedColumns, schemaOf, type Schema } from '#test/support/cluster/schema.ts'
import { clusterName, startCluster, type TestCluster } from '#test/support/cluster/start.ts'
import { openClusterStore } from '#test/support/cluster/store.ts'
import { root } from '#test/support/service-process.ts'
import { openTestStore } from '#test/support/store.ts'

let cluster: TestCluster
let store: LogStore
let single: Schema
beforeAll(async () => {
  cluster = await startCluster()
  store = await openClusterStore(cluster)
  await using one = await openTestStore()
  single = await schemaOf(one.store)
})
afterAll(async () => {
  await store[Symbol.asyncDispose]()
  await cluster[Symbol.asyncDispose]()
})

test('two starters at once, from nothing, end in the tables, keys, indexes and views that one store has', async () => {
  await using other = await openClusterStore(cluster)
  await Promise.all([store, other].map((one) => runMigrations({ store: one, fsync: false })))
  // A table that lives within one migration is gone for the starter that comes late, which then leaves it to the other.
  // So is a TTL that both remove.
  const isLate = (statement: string): boolean => /life_sketches_before| REMOVE TTL$/.test(statement)
  expect(cluster.refused.filter(({ statement }) => !isLate(statement))).toEqual([])
  expect(await runMigrations({ store })).toEqual([])
  for (const shard of [0, 1]) {
    await using node = await openClusterStore({ url: cluster.urlOf(shard) })
    expect(await schemaOf(node)).toEqual(single)
    const local = Object.entries(single).filter(([, table]) => typeof table === 'object')
    const columns = local.map(([name, table]) => [name, (table as { columns: unknown }).columns])
    expect(plainDefaults(await distributedColumns(node))).toEqual(plainDefaults(Object.fromEntries(columns)))
  }
})

test('fsync is switched on and off on every shard', async () => {
  await runMigrations({ store, fsync: true })
  for (const shard of [0, 1]) {
    await using node = await openClusterStore({ url: cluster.urlOf(shard) })
    expect(await tablesWithoutFsync(node)).toEqual([])
  }
  await runMigrations({ store, fsync: false })
  expect((await tablesWithoutFsync(store)).length).toBeGreaterThan(10)
})

test('with a host down a start and `npm run migrate` end in a sentence that names it, and change nothing', async () => {
  await cluster.kill(1)
  const sentence = `a host of the ClickHouse cluster ${clusterName} does not answer: ${cluster.hostOf(1)}.`
  await using again = await openClusterStore(cluster)
  await expect(runMigrations({ store: again })).rejects.toMatchObject({
    code: 'store-unavailable',
    retryable: true,
    message: expect.stringContaining(sentence),
  })
  const { code, stderr, ms } = await npmRunMigrate('not_there_yet')
  expect([code, stderr]).toEqual([1, expect.stringContaining(sentence)])
  expect(ms).toBeLessThan(20_000)
  await cluster.restart(1)
  expect(await runMigrations({ store: again })).toEqual([])
  const databases = await again.rows({ sql: raw(`SELECT name FROM system.databases WHERE name = 'not_there_yet'`) })
  expect(databases).toEqual([])
})

test('a cluster that the server does not know is a sentence, not a refused statement', async () => {
  await using astray = await openClusterStore(cluster, 'astray')
  const unknown = { ...astray, cluster: 'nowhere' }
  await expect(runMigrations({ store: unknown })).rejects.toThrow('the ClickHouse server has no cluster nowhere')
})

/** Codecs are the local table's affair. */
const plainDefaults = (tables: Record<string, unknown>): unknown =>
  JSON.parse(JSON.stringify(tables, (key, value: unknown) => (key === 'compression_codec' ? undefined : value)))

async function tablesWithoutFsync(node: LogStore): Promise<unknown[]> {
  return node.rows({
    sql: raw(`SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'
      AND name != 'migrations_local' AND create_table_query NOT LIKE '%fsync_after_insert = 1%'`),
  })
}

async function npmRunMigrate(database: string) {
  const startedMs = performance.now()
  const child = spawn(process.execPath, ['migrations/main.ts'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      AFTERLOG_CLICKHOUSE_URL: cluster.url,
      AFTERLOG_CLICKHOUSE_CLUSTER: clusterName,
      AFTERLOG_CLICKHOUSE_DATABASE: database,
    },
  })
  let stderr = ''
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stderr, ms: performance.now() - startedMs }
}
