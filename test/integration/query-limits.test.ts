// A query over its limits: 503 before the first byte, a broken connection after it.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { openQueryFixture, t0, type QueryFixture } from './query-fixture.ts'

let fixture: QueryFixture
let base: string
beforeAll(async () => {
  fixture = await openQueryFixture({ limits: { timeMs: 60_000, memoryBytes: 40_000_000 } })
  base = await fixture.app.listen({ host: '127.0.0.1', port: 0 })
  await fillWith(fixture.test.store, 'small', 3000, 10)
  await fillWith(fixture.test.store, 'late', 1000, 10)
  await fillWith(fixture.test.store, 'late', 20_000, 9000, 3_600_000_000_000n)
  await fillWith(fixture.test.store, 'huge', 20_000, 9000)
})
afterAll(() => fixture[Symbol.asyncDispose]())

/** Lines of `size` letters that do not compress to nothing in memory. */
async function fillWith(store: LogStore, pod: string, count: number, size: number, dt = 0n): Promise<void> {
  await store.command({
    sql: raw(`INSERT INTO logs (tenant, ts, pod, message, offset, class) SELECT 'default', fromUnixTimestamp64Nano(toInt64(${t0 + dt} + intDiv(number, 20000))), '${pod}', repeat('x', ${size}), number, 'default'
      FROM numbers(${count})`),
  })
}

test('before the first byte it is 503', async () => {
  for (const accept of ['application/json', 'application/x-ndjson', 'text/plain']) {
    const answer = await fetch(`${base}/v1/logs?pod=huge${accept === 'application/json' ? '&limit=10000' : ''}`, {
      headers: { accept },
    })
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([503, 'query-limit'])
  }
  expect((await fetch(`${base}/v1/logs?pod=small`)).status).toBe(200)
})

test('after the first byte the connection breaks, so that nobody takes the rest for the end', async () => {
  const answer = await fetch(`${base}/v1/logs?pod=late&order=asc`, { headers: { accept: 'text/plain' } })
  expect(answer.status).toBe(200)
  await expect(answer.text()).rejects.toThrow('terminated')
})
