// The store and processes: who holds a data directory, and what is left after kill -9.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openStore } from '#shared/clickhouse/open-store.ts'
import { bind, raw, sql } from '#shared/clickhouse/sql.ts'
import { startClickHouse } from '#test/support/clickhouse-bridge/start.ts'
import { startServer } from '#test/support/cluster/start.ts'

const dirs: string[] = []
const temporary = async (): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'afterlog-processes-'))
  dirs.push(dir)
  return dir
}
afterEach(async () => {
  for (const dir of dirs.splice(0)) await rm(dir, { recursive: true, force: true })
})
const embedded = (dataDir: string) => openStore({ mode: 'embedded', dataDir, database: 'afterlog' })

test('a data directory that another process holds is refused by name, and can be had once that process was killed', async () => {
  const dir = await temporary()
  const holder = await startClickHouse({ dir })
  await expect(embedded(dir)).rejects.toMatchObject({
    code: 'store-unavailable',
    message: expect.stringContaining(`the data directory ${dir} is in use by another Afterlog process (pid ${holder.pid})`),
  })
  await holder.kill()
  await using store = await embedded(dir)
  expect(await store.rows({ sql: raw('SELECT 1 AS x') })).toEqual([{ x: 1 }])
})

test('a directory that cannot be made is a sentence', async () => {
  await expect(embedded('/dev/null/data')).rejects.toMatchObject({
    code: 'store-unavailable',
    message: expect.stringContaining('/dev/null/data cannot be made'),
  })
})

test('what an insert answered is there after kill -9 of the server, which the same client reaches again', async () => {
  const dir = await temporary()
  const first = await startServer({ dir })
  await using store = await openStore({ mode: 'server', url: first.url, user: 'default', password: '', database: 'afterlog' })
  await store.command({ sql: raw('CREATE TABLE t (x UInt64) ENGINE = MergeTree ORDER BY x') })
  await store.insert({ table: 't', columns: ['x'], rows: Buffer.from('[1]\n[2]\n'), format: 'JSONCompactEachRow' })
  await first.kill()
  await expect(store.rows({ sql: raw('SELECT x FROM t') })).rejects.toMatchObject({ code: 'store-unavailable', retryable: true })
  const insert = store.insert({ table: 't', columns: ['x'], rows: Buffer.from('[3]\n'), format: 'JSONCompactEachRow' })
  await expect(insert).rejects.toMatchObject({ code: 'store-unavailable' })
  await using second = await startServer({ dir, port: first.httpPort })
  expect(second.url).toBe(first.url)
  expect(await store.rows({ sql: raw('SELECT x FROM t ORDER BY x') })).toEqual([{ x: '1' }, { x: '2' }])
})

test('a server reads lists of large numbers', async () => {
  await using server = await startServer({ dir: await temporary() })
  await using store = await openStore({ mode: 'server', url: server.url, user: 'default', password: '', database: 'afterlog' })
  for (const list of [['18446744073709551615', '7'], [7n], [7]])
    expect(await store.rows({ sql: sql`SELECT toUInt64(7) IN ${bind('Array(UInt64)', list)} AS x` })).toEqual([{ x: 1 }])
})

test('a reader whose server is killed meanwhile gets an error', async () => {
  const server = await startServer({ dir: await temporary() })
  await using store = await openStore({ mode: 'server', url: server.url, user: 'default', password: '', database: 'afterlog' })
  const endless = store.rows({ sql: raw('SELECT sum(cityHash64(number)) AS x FROM numbers(1000000000000)') })
  const refused = expect(endless).rejects.toMatchObject({ code: 'store-unavailable' })
  const running = { sql: raw(`SELECT query FROM system.processes WHERE position(query, '1000000000000') > 0`) }
  await expect.poll(() => store.rows(running)).toHaveLength(2)
  await server.kill()
  await refused
})

test('a process that forgets to close its store ends all the same', async () => {
  const dir = await temporary()
  const script = `
    const { openStore } = await import(${JSON.stringify(new URL('../../shared/clickhouse/open-store.ts', import.meta.url).href)})
    const { raw } = await import(${JSON.stringify(new URL('../../shared/clickhouse/sql.ts', import.meta.url).href)})
    const store = await openStore({ mode: 'embedded', dataDir: process.argv[1], database: 'afterlog' })
    store.rows({ sql: raw('SELECT sum(cityHash64(number)) AS x FROM numbers(1000000000000)') }).catch(() => {})
    await store.rows({ sql: raw('SELECT 1') })
    process.exit(0)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, dir], { stdio: 'inherit' })
  await once(child, 'exit')
})
