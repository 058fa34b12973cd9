// The migrations of this checkout, and made-up ones, on both engines.
import { appendFile, copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { columns as columnsOf } from '#ingest/store/columns.ts'
import { lifeRows } from '#shared/stored-pods/report-statements.ts'
import { openStore } from '#shared/clickhouse/open-store.ts'
import { raw, sql, str } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { instancesOf } from '#shared/lifecycle/instances.ts'
import { fillPlaceholders } from '#shared/migrations/placeholders.ts'
import { runMigrations } from '#shared/migrations/run-migrations.ts'
import { splitStatements } from '#shared/migrations/split-statements.ts'
import type { LifeRow } from '#shared/pod-model/rows.ts'
import { startServer } from '#test/support/cluster/start.ts'
import { decode, fixture, origin } from '#test/support/kubernetes.ts'
import { openRecordProjector } from '#test/support/record-projector.ts'
import { openTestStore } from '#test/support/store.ts'

const dirs: string[] = []
const temporary = async (): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'afterlog-migrations-'))
  dirs.push(dir)
  return dir
}
afterEach(async () => {
  for (const dir of dirs.splice(0)) await rm(dir, { recursive: true, force: true })
})

/** Rows for the columns that the table has by now. */
async function asOfNow(store: LogStore, table: keyof typeof columnsOf, rows: Buffer) {
  const has = await store.rows<{ name: string }>({
    sql: sql`SELECT name FROM system.columns WHERE database = currentDatabase() AND table = ${str(table)}`,
  })
  const names = new Set(has.map(({ name }) => name))
  const columns = columnsOf[table].filter((name) => names.has(name))
  const kept = rows
    .toString()
    .trimEnd()
    .split('\n')
    .map((row) => JSON.stringify((JSON.parse(row) as unknown[]).filter((_, i) => names.has(columnsOf[table][i]!))))
  return { table, columns, rows: Buffer.from(`${kept.join('\n')}\n`) }
}

const here = new URL('../../migrations/', import.meta.url).pathname
const copyOfMigrations = async (): Promise<string> => {
  const dir = await temporary()
  for (const name of await readdir(here)) if (name.endsWith('.sql')) await copyFile(join(here, name), join(dir, name))
  return dir
}
const numbered = async (): Promise<number[]> =>
  (await readdir(here)).filter((name) => /^[^.]+\.sql$/.test(name)).map((_, i) => i + 1)
const tablesOf = async (store: LogStore): Promise<string[]> => {
  const rows = await store.rows<{ name: string }>({
    sql: raw('SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY name'),
  })
  return rows.map((row) => row.name)
}

test('an empty store gets every table, a migrated one nothing more', async () => {
  await using opened = await openTestStore({ migrate: false })
  expect(await runMigrations({ store: opened.store })).toEqual(await numbered())
  expect(await tablesOf(opened.store)).toEqual(
    expect.arrayContaining(['dead_letters', 'events', 'lines_of_lives', 'lives', 'logs', 'migrations', 'pods']),
  )
  expect(await runMigrations({ store: opened.store })).toEqual([])
})

test('two starters at once on one store both succeed', async () => {
  await using opened = await openTestStore({ migrate: false })
  await Promise.all([runMigrations({ store: opened.store }), runMigrations({ store: opened.store })])
  expect(await runMigrations({ store: opened.store })).toEqual([])
})

test('two starters at once on one server both succeed, and the database is made by whoever comes first', async () => {
  await using server = await startServer({ dir: await temporary() })
  const options = { mode: 'server', url: server.url, user: 'default', password: '', database: 'made_by_first' } as const
  await using one = await openStore(options)
  await using two = await openStore(options)
  await Promise.all([runMigrations({ store: one }), runMigrations({ store: two })])
  expect(await runMigrations({ store: two })).toEqual([])
  expect(await tablesOf(one)).toContain('logs')
})

test('a migration that was edited after it had been applied is refused by name, with both checksums', async () => {
  await using opened = await openTestStore()
  const dir = await copyOfMigrations()
  await appendFile(join(dir, '0002-dead-letters.sql'), '\n-- one more comment\n')
  const refused = runMigrations({ store: opened.store, dir })
  await expect(refused).rejects.toThrow(
    /0002-dead-letters\.sql was edited .* checksum [0-9a-f]{64}, the file has [0-9a-f]{64}\. .*add a new migration/,
  )
})

test('a store that a newer version has migrated is refused', async () => {
  await using opened = await openTestStore()
  const dir = await copyOfMigrations()
  const next = `${String((await numbered()).length + 1).padStart(4, '0')}-future.sql`
  await writeFile(join(dir, next), 'CREATE TABLE IF NOT EXISTS future (x UInt8) ENGINE = MergeTree ORDER BY x;\n')
  expect(await runMigrations({ store: opened.store, dir })).toHaveLength(1)
  await expect(runMigrations({ store: opened.store })).rejects.toThrow(
    `has the migration ${next}, which this version of Afterlog does not know`,
  )
})

test('a migration that failed half way is run again, whole', async () => {
  await using opened = await openTestStore()
  const dir = await copyOfMigrations()
  const next = join(dir, `${String((await numbered()).length + 1).padStart(4, '0')}-half.sql`)
  const first = 'CREATE TABLE IF NOT EXISTS half (x UInt8) ENGINE = MergeTree ORDER BY x;\n'
  await writeFile(next, `${first}CREATE TABEL oops;\n`)
  await expect(runMigrations({ store: opened.store, dir })).rejects.toThrow()
  await writeFile(next, `${first}CREATE TABLE IF NOT EXISTS other (x UInt8) ENGINE = MergeTree ORDER BY x;\n`)
  expect(await runMigrations({ store: opened.store, dir })).toHaveLength(1)
  expect(await tablesOf(opened.store)).toEqual(expect.arrayContaining(['half', 'other']))
})

test('a migration that is run again takes the keys that lines have, in whatever form they were written', async () => {
  const [first, second] = ['15555555555555555555', '7777777777777777777']
  for (const keys of [`(${first}, ${second})`, `(toUInt64(${first}), toUInt64(${second}))`]) {
    await using opened = await openTestStore({ migrate: false })
    const { store } = opened
    const identity = `UInt64 DEFAULT sipHash64Keyed(${keys}, 'a')`
    await store.command({ sql: raw(`CREATE TABLE logs (x UInt8, identity ${identity}) ENGINE = MergeTree ORDER BY x`) })
    expect(await fillPlaceholders(store, '{key:0} {key:3}')).toBe(`(${first}, ${second}) (${first}, 7777777777777777780)`)
  }
})

test('dead letters of before they could be sent again are there after the upgrade', async () => {
  await using opened = await openTestStore({ migrate: false })
  const dir = await copyOfMigrations()
  for (const name of await readdir(dir)) if (name >= '0004') await rm(join(dir, name))
  await runMigrations({ store: opened.store, dir })
  const columns = ['tenant', 'time', 'origin', 'reason', 'detail', 'payload', 'identity']
  const row = ['t', new Date().toISOString().slice(0, 19).replace('T', ' '), 'http:/v1/batches#0', 'bad-time', 'd', 'p', 7]
  await opened.store.insert({
    table: 'dead_letters',
    columns,
    rows: Buffer.from(`${JSON.stringify(row)}\n`),
    format: 'JSONCompactEachRow',
  })
  await runMigrations({ store: opened.store })
  await opened.store.command({ sql: raw('OPTIMIZE TABLE dead_letters FINAL') })
  const letters = await opened.store.rows({
    sql: raw('SELECT payload, format, payload_bytes, stored_at > now() - 60 AS recent FROM dead_letters'),
  })
  expect(letters).toMatchObject([{ payload: 'p', format: '', recent: 1 }])
})

test('pods of before they had records have them after the upgrade, as if they came now', async () => {
  await using opened = await openTestStore({ migrate: false })
  const { store } = opened
  const dir = await copyOfMigrations()
  for (const name of await readdir(dir)) if (name >= '0006') await rm(join(dir, name))
  await runMigrations({ store, dir })
  const tell = async (tenant: string): Promise<void> => {
    const objects = ['pod-oom-restarted', 'pod-static', 'pod-job-completed', 'event-evicted', 'watch-deleted-healthy']
    const { tables } = decode(
      objects.map((name) => fixture(name)),
      { ...origin, tenant },
    )
    for (const { table, rows } of tables)
      await store.insert({ ...(await asOfNow(store, table, rows)), format: 'JSONCompactEachRow' })
    const names = ['tenant', 'ts', 'namespace', 'pod', 'pod_uid', 'container_id', 'node']
    const lines = ['said', ''].map((uid) => [tenant, '2026-11-23 10:00:00', 'shop', 'said', uid, 'containerd://abcdef', 'n'])
    const rows = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    await store.insert({ table: 'logs', columns: names, rows, format: 'JSONCompactEachRow' })
  }
  await tell('before')
  await runMigrations({ store })
  await tell('after')
  await (await openRecordProjector(store)).catchUp()
  const written = async (tenant: string) => {
    const of = sql`FINAL WHERE tenant = ${str(tenant)} ORDER BY ALL`
    const records = await store.rows<{ record: string }>({ sql: sql`SELECT record FROM pod_revisions ${of}` })
    const handles = await store.rows({ sql: sql`SELECT kind, value, rank, uid FROM pod_lookup ${of}` })
    // Their transitions have the numbers of when they were stored.
    const timeless = records.map(({ record }) => ({ ...(JSON.parse(record) as object), transitions: undefined }))
    return { records: timeless, handles }
  }
  const after = await written('after')
  expect([after.records.length, after.handles.length > 30]).toEqual([7, true])
  expect(await written('before')).toEqual(after)
})

test('instances of before they were told apart are those of after, and two of one number are two', async () => {
  await using opened = await openTestStore({ migrate: false })
  const { store } = opened
  const dir = await copyOfMigrations()
  const instances = (await readdir(dir)).find((name) => /^\d{4}-instances\.sql$/.test(name))!
  for (const name of await readdir(dir)) if (name >= instances) await rm(join(dir, name))
  await runMigrations({ store, dir })
  const tell = async (id: string, resourceVersion: string): Promise<void> => {
    const object = fixture('pod-preempted', (pod) => {
      pod['metadata'].resourceVersion = resourceVersion
      pod['status'].containerStatuses = [
        {
          name: 'app',
          restartCount: 0,
          containerID: `containerd://${id}`,
          state: { running: { startedAt: '2026-11-23T10:00:00Z' } },
        },
      ]
    })
    for (const { table, rows } of decode(object).tables)
      await store.insert({ ...(await asOfNow(store, table, rows)), format: 'JSONCompactEachRow' })
  }
  await tell('b1', '1')
  await runMigrations({ store })
  for (const statement of splitStatements(await readFile(join(here, instances), 'utf8')))
    await store.command({ sql: raw(statement) })
  const [pod] = await store.rows<{ at: string }>({ sql: raw('SELECT disruption_at AS at FROM pods') })
  expect(pod!.at).toMatch(/^2026-11-23T10:/)
  await tell('b1', '2')
  await tell('b2', '3')
  await tell('b2', '3')
  await store.command({ sql: raw('OPTIMIZE TABLE lives FINAL') })
  const uid = fixture('pod-preempted')['metadata'].uid as string
  const lives = await store.rows<LifeRow>({ sql: lifeRows('default', [uid]) })
  expect(lives).toHaveLength(3)
  expect(instancesOf(lives)).toMatchObject([{ containerId: 'b1' }, { containerId: 'b2' }])
})

test('0009 run again, as by a second starter, leaves the marks of rows from before it', async () => {
  await using opened = await openTestStore({ migrate: false })
  const { store } = opened
  const dir = await copyOfMigrations()
  for (const name of await readdir(dir)) if (name >= '0009') await rm(join(dir, name))
  await runMigrations({ store, dir })
  await store.command({ sql: raw(`INSERT INTO pods_seen (tenant, uid) SELECT 't', toString(number) FROM numbers(1000)`) })
  await copyFile(join(here, '0009-kept.sql'), join(dir, '0009-kept.sql'))
  await runMigrations({ store, dir })
  await store.command({ sql: raw('ALTER TABLE migrations DELETE WHERE number = 9 SETTINGS mutations_sync = 2') })
  expect(await runMigrations({ store, dir })).toEqual([9])
  const marks = await store.rows({
    sql: raw('SELECT toYear(marked) AS year, toUInt32(count()) AS n FROM pods_seen GROUP BY year'),
  })
  expect(marks).toEqual([{ year: 1970, n: 1000 }])
})

test('a missing number is refused before anything runs', async () => {
  await using opened = await openTestStore({ migrate: false })
  const dir = await temporary()
  await writeFile(join(dir, '0002-second.sql'), 'CREATE TABLE IF NOT EXISTS second (x UInt8) ENGINE = MergeTree ORDER BY x')
  await expect(runMigrations({ store: opened.store, dir })).rejects.toThrow('expected a name like 0001-')
  expect(await tablesOf(opened.store)).toEqual([])
})

test('fsync is switched on and off for every table but those of the retention rules, which have it always', async () => {
  await using opened = await openTestStore()
  const tables = async (where: string): Promise<string[]> => {
    const rows = await opened.store.rows<{ name: string }>({
      sql: raw(`SELECT name FROM system.tables
        WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND ${where} ORDER BY name`),
    })
    return rows.map(({ name }) => name)
  }
  const withFsync = `create_table_query LIKE '%fsync_after_insert = 1, fsync_part_directory = 1%'`
  const always = ['retention_marks', 'retention_rules', 'retention_rules_copy']
  await runMigrations({ store: opened.store, fsync: true })
  expect(await tables(withFsync)).toEqual(await tables('1'))
  await runMigrations({ store: opened.store, fsync: false })
  expect(await tables(withFsync)).toEqual(always)
})

test("no table has a TTL, which would believe the engine's clock", async () => {
  await using opened = await openTestStore()
  const rows = await opened.store.rows({
    sql: raw(`SELECT name FROM system.tables WHERE database = currentDatabase() AND create_table_query LIKE '% TTL %'`),
  })
  expect(rows).toEqual([])
})
