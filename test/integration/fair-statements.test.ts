// Statements of requests take turns on a real engine, and end in it when their client leaves.
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { raw, sql, str } from '#shared/clickhouse/sql.ts'
import { openQueryFixture, t0, type QueryFixture } from './query-fixture.ts'

let fixture: QueryFixture
let base: string
beforeAll(async () => {
  fixture = await openQueryFixture({ limits: { timeMs: 60_000, rowsRead: 100_000 } })
  base = await fixture.app.listen({ host: '127.0.0.1', port: 0 })
  await fill('few', 500, 10)
  await fill('large', 20_000, 800)
  await fill('many', 101_000, 2)
})
afterAll(() => fixture[Symbol.asyncDispose]())

async function fill(pod: string, count: number, size: number): Promise<void> {
  await fixture.test.store.command({
    sql: raw(`INSERT INTO logs (tenant, ts, pod, message, offset, class) SELECT 'default', fromUnixTimestamp64Nano(toInt64(${t0} + number * 1000)), '${pod}', randomPrintableASCII(${size}), number, 'default'
      FROM numbers(${count})`),
  })
}

/** Queries that run now and hold the mark, as the engine tells it. */
async function running(mark: string): Promise<number> {
  const [row] = await fixture.test.store.rows<{ n: number }>({
    lane: 'probe',
    sql: sql`SELECT toUInt32(count()) AS n FROM system.processes WHERE position(query, ${str(mark)}) > 0 AND position(query, 'system.processes') = 0`,
  })
  return row!.n
}

test('one client with 50 broad statements holds up neither another one nor an insert', async () => {
  const { store } = fixture.test
  const leaving = new AbortController()
  onTestFinished(() => leaving.abort())
  const broad = Array.from({ length: 50 }, (_, n) =>
    store
      .rows({
        sql: raw(`SELECT sum(cityHash64(number)) AS x FROM numbers(1000000000000) WHERE 'mark-broad-${n}' != ''`),
        client: { tenant: 'default', name: 'broad' },
        signal: leaving.signal,
      })
      .catch((error: unknown) => error),
  )
  await expect.poll(() => running('mark-broad'), { timeout: 10_000 }).toBeGreaterThan(2)
  const narrowMs: number[] = []
  for (let n = 0; n < 20; n++) {
    const began = performance.now()
    await store.rows({ sql: raw('SELECT 1 AS one'), client: { tenant: 'default', name: 'narrow' } })
    narrowMs.push(performance.now() - began)
  }
  const began = performance.now()
  await fixture.insert([{ ts: t0, pod: 'inserted' }])
  expect(performance.now() - began).toBeLessThan(5000)
  expect(narrowMs.toSorted((a, b) => a - b)[10]).toBeLessThan(1000)
  leaving.abort(new Error('went away'))
  await Promise.all(broad)
  await expect.poll(() => running('mark-broad'), { timeout: 10_000 }).toBe(0)
})

test('the statement of a client that leaves ends in the engine', async () => {
  const leaving = new AbortController()
  onTestFinished(() => leaving.abort())
  const q = encodeURIComponent('/(mark-leaves|[^q]{1,40}q[^x]{1,40}x){3}$/')
  const answer = fetch(`${base}/v1/logs/histogram?pod=large&q=${q}`, { signal: leaving.signal }).catch(() => undefined)
  await expect.poll(() => running('mark-leaves'), { timeout: 10_000, interval: 5 }).toBe(1)
  leaving.abort()
  await answer
  await expect.poll(() => running('mark-leaves'), { timeout: 5000, interval: 20 }).toBe(0)
})

test('a request that would read more rows than it may is 503 before it reads any; a page of the newest is not', async () => {
  const refused = await fetch(`${base}/v1/logs/histogram?pod=many&q=a`)
  expect([refused.status, await refused.json()]).toEqual([
    503,
    expect.objectContaining({ code: 'query-limit', detail: expect.stringContaining('AFTERLOG_QUERY_ROWS_MAX') }),
  ])
  expect((await fetch(`${base}/v1/logs?pod=few&limit=10`)).status).toBe(200)
})
