// The two services as processes of their own over a real ClickHouse server.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ClickHouseNode } from '#test/support/cluster/node.ts'
import { startServer } from '#test/support/cluster/start.ts'
import { spawnService, type ServiceProcess } from '#test/support/service-process.ts'
import { request } from '#test/support/service.ts'

let dir: string
let clickhouse: ClickHouseNode
let ingest: ServiceProcess
let query: ServiceProcess
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'afterlog-server-mode-'))
  clickhouse = await startServer({ dir: join(dir, 'server') })
  const env = { AFTERLOG_CLICKHOUSE_URL: clickhouse.url }
  ingest = spawnService({ dataDir: join(dir, 'none'), program: 'services/ingest/main.ts', env })
  query = spawnService({ dataDir: join(dir, 'none'), program: 'services/query/main.ts', env })
  await Promise.all([ingest.serving, query.serving])
})
afterAll(async () => {
  await ingest[Symbol.asyncDispose]()
  await query[Symbol.asyncDispose]()
  await clickhouse[Symbol.asyncDispose]()
  await rm(dir, { recursive: true, force: true })
})

async function post(message: string): Promise<number> {
  const record = { time: new Date().toISOString(), namespace: 'shop', pod: 'cart', podUid: 'u1', container: 'app', message }
  const body = JSON.stringify({ records: [record] })
  const { status } = await request(`${await ingest.serving}/v1/batches`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  })
  return status
}
const ready = async (service: ServiceProcess) => request(`${await service.serving}/readyz`)

test('what one stores the other answers; each has its own paths only', async () => {
  expect(await post('over a server')).toBe(200)
  const { body } = await request(`${await query.serving}/v1/pods/u1/logs`)
  expect(body.lines).toMatchObject([{ message: 'over a server' }])
  expect((await request(`${await query.serving}/v1/batches`, { method: 'POST' })).status).toBe(404)
  expect((await request(`${await ingest.serving}/v1/pods`)).status).toBe(404)
})

test('a server that dies is 503 with the reason told, and once it is back everything goes on by itself', async () => {
  await clickhouse.kill()
  expect(await post('lost to nobody')).toBe(503)
  expect((await request(`${await query.serving}/v1/logs`)).status).toBe(503)
  for (const service of [ingest, query]) {
    const { status, body } = await ready(service)
    expect(status).toBe(503)
    expect(body.reasons).toEqual([expect.stringContaining('ECONNREFUSED')])
  }
  clickhouse = await startServer({ dir: join(dir, 'server'), port: clickhouse.httpPort })
  await expect.poll(async () => (await ready(ingest)).status, { timeout: 20_000 }).toBe(200)
  expect(await post('lost to nobody')).toBe(200)
  const { body } = await request(`${await query.serving}/v1/pods/u1/logs`)
  expect((body.lines as { message: string }[]).map((line) => line.message)).toEqual(['over a server', 'lost to nobody'])
})

test('a service that starts while the server is away says so, and serves once it is there', async () => {
  await clickhouse.kill()
  await using late = spawnService({
    dataDir: join(dir, 'none'),
    program: 'services/query/main.ts',
    env: { AFTERLOG_CLICKHOUSE_URL: clickhouse.url },
  })
  expect((await request(`${await late.serving}/v1/logs`)).status).toBe(503)
  expect((await ready(late)).body.reasons).toEqual([expect.stringContaining('cannot be migrated yet')])
  clickhouse = await startServer({ dir: join(dir, 'server'), port: clickhouse.httpPort })
  await expect.poll(async () => (await ready(late)).status, { timeout: 20_000 }).toBe(200)
  expect((await request(`${await late.serving}/v1/logs`)).status).toBe(200)
})
