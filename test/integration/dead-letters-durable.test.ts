// A letter is done with only after its record is durable: a store that fails between the two, at either insert, loses
// nothing.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import { AfterlogError } from '#shared/errors.ts'
import { createIngest } from '#ingest/service.ts'
import { createQuery } from '#query/service.ts'
import { record } from '#test/support/lines.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'

let failing = ''
let service: TestService
beforeAll(async () => {
  service = await startTestService({}, [
    (deps) =>
      createIngest({
        ...deps,
        store: {
          ...deps.store,
          insert: async (rows) => {
            if (rows.table === failing) throw new AfterlogError('store-unavailable', 'away', { retryAfterS: 1 })
            await deps.store.insert(rows)
          },
        },
      }),
    createQuery,
  ])
})
afterAll(() => service[Symbol.asyncDispose]())

const marks = async (tenant: string) =>
  (await service.store.rows({ sql: raw(`SELECT identity FROM dead_letter_replays WHERE tenant = '${tenant}'`) })).length
const lines = async (tenant: string) =>
  ((await request(`${service.url}/v1/logs`, { headers: { 'x-scope-orgid': tenant } })).body['lines'] as unknown[]).length

test.each([
  ['logs', 0],
  ['dead_letter_replays', 1],
])('while %s fails the post is 503 and the letter is not done with; sent again it is stored once', async (table, stored) => {
  const init = {
    method: 'POST',
    body: JSON.stringify({ records: [record('again', { ordinal: 7 })] }),
    headers: { 'content-type': 'application/json', 'x-scope-orgid': table, 'x-afterlog-replay': '7' },
  }
  failing = table
  expect(await request(`${service.url}/v1/batches`, init)).toMatchObject({ status: 503 })
  expect([await lines(table), await marks(table)]).toEqual([stored, 0])
  failing = ''
  expect(await request(`${service.url}/v1/batches`, init)).toMatchObject({ status: 200, body: { accepted: 1 } })
  expect([await lines(table), await marks(table)]).toEqual([1, 1])
})
