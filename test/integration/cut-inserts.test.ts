// Inserts that the end of the store has cut in two: rows of a table without those that its views make of them.
import { rm } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openStore } from '#shared/clickhouse/open-store.ts'
import { raw } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { createLogger } from '#shared/logger.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { decodeBatch } from '#ingest/formats/native-rows.ts'
import { columns } from '#ingest/store/columns.ts'
import type { TableRows } from '#ingest/store/table-rows.ts'
import { createCutInserts } from '#projector/resend-cut-inserts.ts'
import { parseRetention } from '#shared/retention/retention.ts'
import { died, hourOf, podOf, start } from '#test/support/expiring-pods.ts'
import { decode, origin } from '#test/support/kubernetes.ts'
import { migratedDataDir } from '#test/support/migrated-data-dir.ts'
import { openRecordProjector } from '#test/support/record-projector.ts'

const log = createLogger({ level: 'silent', service: 'projector' })

async function insert(store: LogStore, tables: readonly TableRows[]): Promise<void> {
  for (const { table, rows } of tables) await store.insert({ table, columns: columns[table], rows, format: 'JSONCompactEachRow' })
}

/** Stores a pod, its instance and its lines. */
async function tell(store: LogStore, uid: string): Promise<void> {
  await insert(store, decode([podOf(uid, died(1))]).tables)
  const records = hourOf(uid)
  const { tables } = decodeBatch(Buffer.from(JSON.stringify({ records })), {
    origin: { ...origin, receivedMs: start, source: 'http:/v1/batches' },
    retention: parseRetention('default=36500d'),
    seed: 1,
  })
  await insert(store, tables)
}

const recorded = async (store: LogStore): Promise<unknown[]> => {
  await (await openRecordProjector(store)).catchUp()
  const rows = await store.rows<{ record: string }>({ sql: raw('SELECT record FROM pod_revisions FINAL ORDER BY uid') })
  return rows.map(({ record }) => {
    const { uid, outcome, lives } = JSON.parse(record) as { uid: string; outcome: string; lives: { lines: number }[] }
    return { uid, outcome, lines: lives.map(({ lines }) => lines) }
  })
}

test('are made whole at the next start, of pods, instances and lines, and only the last ones are stored again', async () => {
  const dir = migratedDataDir('afterlog-cut-')
  const open = (): Promise<LogStore> => openStore({ mode: 'embedded', dataDir: dir, database: 'afterlog' })
  try {
    {
      await using store = await open()
      await tell(store, 'whole')
      const views = await store.rows<{ name: string }>({
        sql: raw(`SELECT name FROM system.tables WHERE engine = 'MaterializedView' AND database = currentDatabase()`),
      })
      // A view that is detached is attached again at the next start.
      for (const { name } of views) await store.command({ sql: raw(`DETACH TABLE ${name}`) })
      await tell(store, 'cut')
    }
    await using store = await open()
    // The store counts whole seconds: what happens from here on shall be later than its start by two of them.
    await setTimeout(2000)
    const whole = { uid: 'whole', outcome: 'crashed', lines: [121] }
    expect(await recorded(store)).toEqual([whole])
    const inserts = createCutInserts({ store, reading: createReading({ store, limits: {} }), log })
    const parts = await inserts.resend()
    expect(parts).toBeGreaterThan(0)
    expect(await recorded(store)).toEqual([{ ...whole, uid: 'cut' }, whole])
    expect(await inserts.resend()).toBe(0)
    expect(await createCutInserts({ store, reading: createReading({ store, limits: {} }), log }).resend()).toBe(0)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})

test('a part that is larger than an insert can be is not stored again: a start reads no whole table', async () => {
  const dir = migratedDataDir('afterlog-cut-')
  const open = (): Promise<LogStore> => openStore({ mode: 'embedded', dataDir: dir, database: 'afterlog' })
  try {
    {
      await using store = await open()
      await store.command({
        sql: raw(`INSERT INTO events (tenant, involved_kind, involved_uid, uid, message)
          SELECT 'default', 'Node', '', toString(number), repeat('x', 1000) FROM numbers(80000)`),
        settings: { max_block_size: 100_000, min_insert_block_size_rows: 100_000 },
      })
    }
    await using store = await open()
    expect(await createCutInserts({ store, reading: createReading({ store, limits: {} }), log }).resend()).toBe(0)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})

test('after an end in order nothing is stored again', async () => {
  const dir = migratedDataDir('afterlog-cut-')
  const open = (): Promise<LogStore> => openStore({ mode: 'embedded', dataDir: dir, database: 'afterlog' })
  const insertsOf = (store: LogStore) => createCutInserts({ store, reading: createReading({ store, limits: {} }), log })
  try {
    {
      await using store = await open()
      const inserts = insertsOf(store)
      await inserts.end(Date.now() + 5000)
      await tell(store, 'a')
      await inserts.resend()
    }
    {
      await using store = await open()
      expect(await insertsOf(store).resend()).toBeGreaterThan(0)
    }
    {
      await using store = await open()
      const inserts = insertsOf(store)
      await inserts.resend()
      await inserts.end(Date.now() + 2000)
    }
    await using store = await open()
    expect(await insertsOf(store).resend()).toBe(0)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
