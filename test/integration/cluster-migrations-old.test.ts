// Clusters that an Afterlog from before `*.cluster.sql` has migrated, to each version there was: they end in today's
// tables, and their rows stand where today's sharding says. Lines stay where they are, and are found there.
import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { columns as columnsOf } from '#ingest/store/columns.ts'
import { raw, sql, str, uint } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { readMigrations } from '#shared/migrations/read-migrations.ts'
import { runMigrations } from '#shared/migrations/run-migrations.ts'
import { splitStatements } from '#shared/migrations/split-statements.ts'
import { scale } from '#test/support/campaign.ts'
import { schemaOf, type Schema } from '#test/support/cluster/schema.ts'
import { clusterMsMax, clusterName, startCluster, type TestCluster } from '#test/support/cluster/start.ts'
import { misplacedRows, openClusterStore } from '#test/support/cluster/store.ts'
import { decode, fixture, origin } from '#test/support/kubernetes.ts'
import { openTestStore } from '#test/support/store.ts'

const old = new URL('../fixtures/cluster-migrations/', import.meta.url)
const here = new URL('../../migrations/', import.meta.url).pathname

let cluster: TestCluster
let single: Schema
beforeAll(async () => {
  cluster = await startCluster()
  await using one = await openTestStore()
  single = await schemaOf(one.store)
})
afterAll(async () => await cluster[Symbol.asyncDispose]())

/** By day the first, which all others follow; at night every one. */
const versions = scale === 1 ? [1] : Array.from({ length: 10 }, (_, i) => i + 1)

test.for(versions)('migrated to %i of the old statements', { timeout: clusterMsMax }, async (version) => {
  await using store = await openClusterStore(cluster, `old_${version}`)
  await migrateAsBefore(store, version)
  await insertFactsAndLines(store)
  const before = await uidsOf(store)
  const numbers = (await readMigrations(here)).map(({ number }) => number)
  expect(await runMigrations({ store, fsync: false })).toEqual(numbers.slice(version))
  expect(cluster.refused).toEqual([])

  const { logs = 0, ...others } = await misplacedRows(store)
  expect(others).toEqual({})
  // They were sharded by uid, and those without one stood on one shard.
  expect(logs).toBeGreaterThan(0)
  expect(await linesOf(store)).toBe(lineCount)
  expect(await uidsOf(store)).toEqual(before)
  for (const shard of [0, 1]) {
    await using node = await openClusterStore({ url: cluster.urlOf(shard) }, `old_${version}`)
    expect(await schemaOf(node)).toEqual(single)
  }
})

async function migrateAsBefore(store: LogStore, version: number): Promise<void> {
  const names = (await readdir(old)).filter((name) => name.endsWith('.sql')).toSorted()
  const migrations = await readMigrations(here)
  for (const name of names) {
    const number = Number(name.slice(0, 4))
    if (number > version) break
    const text = (await readFile(new URL(name, old), 'utf8')).replaceAll('{cluster}', clusterName)
    for (const statement of splitStatements(text)) await store.command({ sql: raw(statement) })
    if (number === 0) continue
    const { checksum } = migrations[number - 1]!
    await store.command({
      sql: sql`INSERT INTO migrations (number, name, checksum) SELECT ${uint(number)}, ${str(name)}, ${str(checksum)}`,
    })
  }
}

const lineCount = 40

/**
 * As ingest of that time did, into the tables and columns there were; each object told under two names of its
 * Kubernetes cluster.
 */
async function insertFactsAndLines(store: LogStore): Promise<void> {
  const objects = ['pod-oom-restarted', 'pod-static', 'pod-job-completed', 'event-evicted', 'watch-deleted-healthy']
  for (const name of ['eu', 'renamed']) {
    const { tables } = decode(
      objects.map((object) => fixture(object)),
      { ...origin, cluster: name },
    )
    for (const { table, rows } of tables) {
      const names = await existingColumns(store, table)
      if (names.size === 0) continue
      const columns = columnsOf[table].filter((column) => names.has(column))
      const values = rows
        .toString()
        .trimEnd()
        .split('\n')
        .map((row) => JSON.stringify((JSON.parse(row) as unknown[]).filter((_, i) => names.has(columnsOf[table][i]!))))
      await store.insert({ table, columns, rows: Buffer.from(`${values.join('\n')}\n`), format: 'JSONCompactEachRow' })
    }
  }
  const lines = Array.from({ length: lineCount }, (_, i) => {
    const pod = `pod-${i % 10}`
    return JSON.stringify(['t', '2026-11-23 10:00:00', 'eu', 'shop', pod, i % 2 === 0 ? '' : `uid-${i}`, `line ${i}`, 'n1'])
  })
  await store.insert({
    table: 'logs',
    columns: ['tenant', 'ts', 'cluster', 'namespace', 'pod', 'pod_uid', 'message', 'node'],
    rows: Buffer.from(`${lines.join('\n')}\n`),
    format: 'JSONCompactEachRow',
  })
}

async function existingColumns(store: LogStore, table: string): Promise<ReadonlySet<string>> {
  const rows = await store.rows<{ name: string }>({
    sql: sql`SELECT name FROM system.columns WHERE database = currentDatabase() AND table = ${str(table)}`,
  })
  return new Set(rows.map(({ name }) => name))
}

/** Uids of the facts, each once however many versions there are. */
async function uidsOf(store: LogStore): Promise<unknown[]> {
  if ((await existingColumns(store, 'pods')).size === 0) return []
  const union = `SELECT 'pod' AS kind, uid FROM pods UNION ALL SELECT 'life', pod_uid FROM lives UNION ALL SELECT 'event', uid FROM events`
  return store.rows({ sql: raw(`SELECT kind, uid FROM (${union}) GROUP BY kind, uid ORDER BY kind, uid`) })
}

async function linesOf(store: LogStore): Promise<number> {
  const [row] = await store.rows<{ n: number }>({ sql: raw('SELECT toUInt32(uniqExact(ts, identity)) AS n FROM logs') })
  return row!.n
}
