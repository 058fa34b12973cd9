// GET /v1/store: one answer about the store, kept for a few seconds, with what is of another tenant left out.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import { version } from '#shared/version.ts'
import { storeAnswer } from '#query/store/store-schema.ts'
import { listsHave, request, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
const time = new Date(Date.now() - 3_600_000).toISOString()
const line = { namespace: 'shop', pod: 'web-0', podUid: 'uid-0', container: 'app', time, message: 'a line' }

beforeAll(async () => {
  service = await startTestService({ AFTERLOG_RETENTION: 'default=14d,payments=90d' })
  await post('alpha', [line, { ...line, namespace: 'payments' }, { ...line, time: 'never' }, { ...line, time: 'nor then' }])
  await post('bravo', [{ ...line, pod: '' }, line])
  await listsHave(service.url)
  await service.store.command({ sql: raw('SYSTEM STOP MERGES logs') })
})
afterAll(() => service[Symbol.asyncDispose]())

async function post(tenant: string, records: object[]): Promise<void> {
  const { status } = await request(`${service.url}/v1/batches`, {
    method: 'POST',
    body: JSON.stringify({ records }),
    headers: { 'content-type': 'application/json', 'x-scope-orgid': tenant },
  })
  expect(status).toBe(200)
}
async function storeOf(tenant: string) {
  const { status, body } = await request(`${service.url}/v1/store`, { headers: { 'x-scope-orgid': tenant } })
  expect([status, body]).toEqual([200, expect.anything()])
  return storeAnswer.parse(body)
}

test('says how far the store is, and what it has by day and class', async () => {
  const store = await storeOf('alpha')
  expect(store).toMatchObject({
    version,
    mode: 'embedded',
    kafka: null,
    projector: { asOf: expect.any(String), lagSeconds: expect.any(Number), backlog: expect.any(Number) },
    ingest: { inflightBytes: expect.any(Number), inflightBytesMax: expect.any(Number) },
    tail: { lagSeconds: 0 },
    retention: { rules: { default: '14d', payments: '90d' }, source: 'environment', inForce: null },
  })
  const { partitions, tables, disks } = store.disk
  // Rows as they are stored: the projector stores the last inserts before its start once more.
  const stored = await service.store.rows<{ class: string; rows: number }>({
    sql: raw('SELECT class, toFloat64(count()) AS rows FROM logs GROUP BY class'),
  })
  expect(stored.map((each) => each.class).toSorted()).toEqual(['default', 'payments'])
  expect(Object.fromEntries(partitions.map((partition) => [partition.class, partition.rows]))).toEqual(
    Object.fromEntries(stored.map((each) => [each.class, each.rows])),
  )
  for (const { day, expires, bytes, parts } of partitions) {
    expect(day).toBe(time.slice(0, 10))
    expect(Date.parse(expires!)).toBeGreaterThan(Date.now())
    expect([bytes > 0, parts > 0]).toEqual([true, true])
  }
  expect(tables.map(({ table }) => table)).toEqual(expect.arrayContaining(['dead_letters', 'pod_revisions']))
  expect(tables.map(({ table }) => table)).not.toContain('logs')
  expect(disks[0]!.freeBytes).toBeGreaterThan(0)
})

test('has dead letters by reason, of the tenant alone', async () => {
  const { deadLetters } = await storeOf('alpha')
  expect(deadLetters).toEqual([{ code: 'bad-time', count: 2, waiting: 2, newest: expect.any(String) }])
  const others = await storeOf('bravo')
  expect(others.deadLetters.map(({ code, count }) => [code, count])).toEqual([['missing-field', 1]])
  expect((await storeOf('nobody')).deadLetters).toEqual([])
})

test('is read once for all who ask within a few seconds', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => storeOf('alpha')))
  expect(new Set(answers.map((answer) => answer.time)).size).toBeLessThanOrEqual(2)
})

test.each(['x=1', 'explain=true', 'tenant=bravo'])('?%s is refused', async (query) => {
  expect((await request(`${service.url}/v1/store?${query}`)).status).toBe(400)
})
