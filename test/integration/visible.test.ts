// What the store does for a request is to be seen: by statement at /metrics, and in one line of the log, without what
// was searched for.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createIngest } from '#ingest/service.ts'
import { createQuery } from '#query/service.ts'
import { readConfig } from '#shared/config.ts'
import { startService, type Started } from '#shared/start-service.ts'
import { version } from '#shared/version.ts'

let dataDir: string
let started: Started
const logged: Record<string, unknown>[] = []

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'afterlog-visible-'))
  const { config } = readConfig({ AFTERLOG_DATA_DIR: dataDir, AFTERLOG_HTTP_PORT: '0', AFTERLOG_FLUSH_INTERVAL_MS: '5' })
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(JSON.parse(line) as Record<string, unknown>) })
  started = await startService({ config, log, services: [createIngest, createQuery] })
  const records = ['one', 'two', 'three'].map((message) => ({
    time: new Date().toISOString(),
    namespace: 'shop',
    pod: 'cart-1',
    podUid: 'uid-1',
    container: 'app',
    message: `${message} needle`,
  }))
  const posted = await fetch(`${started.url}/v1/batches`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ records }),
  })
  expect(await posted.json()).toMatchObject({ accepted: 3 })
})
afterAll(async () => {
  await started.close()
  await rm(dataDir, { recursive: true, force: true })
})

const metrics = async (): Promise<string> => (await fetch(`${started.url}/metrics`)).text()
const value = async (series: string): Promise<number> => {
  const line = (await metrics()).split('\n').find((each) => each.startsWith(`${series} `))
  return line === undefined ? NaN : Number(line.slice(series.length + 1))
}
const answered = async (id: string): Promise<Record<string, unknown>> => {
  await expect.poll(() => logged.find((line) => line['msg'] === 'answered' && line['requestId'] === id)).toBeDefined()
  return logged.find((line) => line['msg'] === 'answered' && line['requestId'] === id)!
}

test('a search counts its statements by name, with their time, rows and bytes', async () => {
  const labels = '{service="query",statement="lines-first-rows"}'
  const before = await value(`afterlog_statement_duration_seconds_count${labels}`)
  expect((await fetch(`${started.url}/v1/logs?q=needle`)).status).toBe(200)
  const after = await value(`afterlog_statement_duration_seconds_count${labels}`)
  expect(after).toBeGreaterThan(Number.isNaN(before) ? 0 : before)
  expect(await value(`afterlog_statement_rows_read_total${labels}`)).toBeGreaterThanOrEqual(3)
  expect(await value(`afterlog_statement_bytes_read_total${labels}`)).toBeGreaterThan(3 * 'one needle'.length)
})

test('a refused statement is counted by its code', async () => {
  // The engine's Unicode does not have this script yet.
  const answer = await fetch(`${started.url}/v1/logs?q=${encodeURIComponent(String.raw`/\p{Garay}/`)}`)
  expect(answer.status).toBe(400)
  expect(await metrics()).toMatch(
    /afterlog_statements_failed_total\{service="query",statement="[a-z-]+",code="invalid-parameter"\} [1-9]/,
  )
  expect(await value('afterlog_http_requests_failed_total{route="/v1/logs",code="invalid-parameter"}')).toBe(1)
})

test('the line of a search has what it took, and nothing of what was searched for', async () => {
  const id = 'visible-1'
  await fetch(`${started.url}/v1/logs?q=needle&namespace=shop`, {
    headers: { 'x-request-id': id, 'x-scope-orgid': 'default' },
  }).then((answer) => answer.json())
  const line = await answered(id)
  expect(line).toMatchObject({ tenant: 'default', method: 'GET', route: '/v1/logs', status: 200, cutShort: false })
  expect(line['statements']).toBeGreaterThan(1)
  expect(line['rowsRead']).toBeGreaterThanOrEqual(3)
  expect(line['bytesRead']).toBeGreaterThan(30)
  expect(JSON.stringify(logged.filter(({ requestId }) => requestId === id))).not.toMatch(/needle|shop/)
})

test('the line of a client that left says so', async () => {
  const leaving = new AbortController()
  const tail = await fetch(`${started.url}/v1/logs/tail`, { headers: { 'x-request-id': 'visible-2' }, signal: leaving.signal })
  expect(tail.status).toBe(200)
  leaving.abort()
  expect(await answered('visible-2')).toMatchObject({ route: '/v1/logs/tail', cutShort: true })
})

test('a batch has a line with how many records became durable', () => {
  const line = logged.find(({ msg }) => msg === 'batch delivered')
  expect(line).toMatchObject({ tenant: 'default', source: 'http:/v1/batches', accepted: 3, rejected: 0 })
  expect(line!['bytes']).toBeGreaterThan(100)
  expect(line!['waitedMs']).toBeGreaterThanOrEqual(0)
})

test('the process, its version and what is stored are told', async () => {
  expect(await value(`afterlog_build_info{version="${version}",node="${process.versions.node}"}`)).toBe(1)
  expect(await value('process_resident_memory_bytes')).toBeGreaterThan(1e6)
  expect(await value('nodejs_eventloop_lag_seconds')).toBeGreaterThanOrEqual(0)
  expect(await value('afterlog_store_rows{table="logs"}')).toBeGreaterThanOrEqual(3)
  expect(await value('afterlog_store_bytes{table="logs"}')).toBeGreaterThan(0)
  expect(await value('afterlog_store_disk_free_bytes{disk="default"}')).toBeGreaterThan(0)
  expect(await value('afterlog_store_disk_free_bytes{disk="default"}')).toBeLessThanOrEqual(
    await value('afterlog_store_disk_bytes{disk="default"}'),
  )
  expect(await value('afterlog_store_session_wait_seconds_count{lane="read"}')).toBeGreaterThan(0)
})
