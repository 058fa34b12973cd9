// explain=true on every route that reads the store and ends: the statements as they ran, their indexes, and what they
// read; and nothing else changes.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { post } from '#test/support/lines.ts'
import { listsHave, request, startTestService, type TestService } from '#test/support/service.ts'

interface Explanation {
  name: string
  sql: string
  parameters: Record<string, unknown>
  indexes: { table: string; type: string; partsBefore: number; granulesBefore: number; granulesAfter: number }[]
  rowsEstimated: number | null
  rowsRead: number
  bytesRead: number
  elapsedMs: number
}

let service: TestService
beforeAll(async () => {
  service = await startTestService({ AFTERLOG_RETENTION: 'default=36500d' })
  const lines = Array.from({ length: 50 }, (_, i) => ({
    time: `2026-11-23T10:00:${String(i).padStart(2, '0')}Z`,
    namespace: 'shop',
    pod: 'cart-0',
    podUid: 'uid-cart-0',
    container: 'app',
    restart: 0,
    message: `order ${i} failed`,
  }))
  await post({ url: service.url, tenant: 'default' }, lines)
  await listsHave(service.url)
})
afterAll(() => service[Symbol.asyncDispose]())

const explain = async (path: string, headers: Record<string, string> = {}): Promise<Explanation[]> => {
  const answer = await request(`${service.url}${path}${path.includes('?') ? '&' : '?'}explain=true`, { headers })
  expect([answer.status, answer.body]).toEqual([200, { explain: expect.any(Array) }])
  return answer.body['explain'] as Explanation[]
}

test.each([
  ['/v1/logs?namespace=shop&q=order', 'logs'],
  ['/v1/logs/histogram?step=1m', 'logs'],
  ['/v1/logs/patterns?q=failed', 'logs'],
  ['/v1/fields', 'logs'],
  ['/v1/fields/pod/values', 'logs'],
  ['/v1/logs/context?podUid=uid-cart-0&time=2026-11-23T10:00:05Z', 'logs'],
  ['/v1/pods?namespace=shop', 'pod_lookup'],
  ['/v1/pods/uid-cart-0/logs', 'logs'],
  ['/v1/deaths', 'obituaries'],
  ['/v1/deaths?group=fingerprint', 'obituaries'],
  ['/v1/deaths/histogram', 'obituaries'],
  ['/v1/nodes', 'pod_lookup'],
  ['/v1/deaths/facets', 'obituaries'],
])('%s says its statements', async (path, table) => {
  const explained = await explain(path)
  expect(explained.length).toBeGreaterThan(0)
  const reading = explained.filter(({ sql }) => sql.includes(`FROM ${table}`))
  expect(reading.length, JSON.stringify(explained.map(({ sql }) => sql))).toBeGreaterThan(0)
  for (const { name, sql, parameters, rowsRead, bytesRead, elapsedMs } of explained) {
    expect(name).toMatch(/^[a-z-]+$/)
    for (const [, placeholder] of sql.matchAll(/\{(p\d+):/g)) expect(parameters).toHaveProperty([placeholder!])
    expect([rowsRead, bytesRead, elapsedMs].every((count) => count >= 0)).toBe(true)
  }
})

test.each(['asc', 'desc'])('a search reads no times before the first line and behind the last: %s', async (order) => {
  const names = (await explain(`/v1/logs?q=/none/&order=${order}`)).map(({ name }) => name)
  expect(names).toEqual(['line-edge-hour', 'line-time-groups', 'line-edge-hour', 'times-of-lives'])
})

test('indexes are told with the granules that each leaves, and the values stand beside the statement', async () => {
  const [page] = (await explain('/v1/logs?namespace=shop&q=order')).filter(({ parameters }) =>
    Object.values(parameters).includes('shop'),
  )
  expect(Object.values(page!.parameters)).toEqual(expect.arrayContaining(['default', 'shop']))
  expect(page!.sql).not.toContain('shop')
  const key = page!.indexes.find(({ type, table }) => type === 'PrimaryKey' && table.endsWith('logs'))
  expect(key).toMatchObject({ partsBefore: expect.any(Number), granulesAfter: expect.any(Number) })
  expect(key!.granulesBefore).toBeGreaterThan(0)
  expect(page!.rowsEstimated).toBeGreaterThanOrEqual(0)
})

test('what a client accepts does not matter, and hostile values stay values', async () => {
  const value = `x') UNION ALL SELECT '1`
  const explained = await explain(`/v1/logs?pod=${encodeURIComponent(value)}`, { accept: 'application/x-ndjson' })
  for (const { sql } of explained) expect(sql).not.toContain('UNION ALL SELECT')
})

test('cursors and answers are the same with and without it', async () => {
  const plain = await request(`${service.url}/v1/logs?limit=10`)
  const off = await request(`${service.url}/v1/logs?limit=10&explain=false`)
  const lines = (answer: { body: Record<string, unknown> }) => answer.body['lines']
  expect(lines(off)).toEqual(lines(plain))
  await explain(`/v1/logs?limit=10&cursor=${String(plain.body['next'])}`)
  await explain(`/v1/pods?limit=1`)
})

test.each([
  ['/v1/logs?explain=maybe', 'explain'],
  ['/v1/logs?explain=true&limit=0', 'limit'],
  ['/v1/logs/tail?explain=true', 'explain'],
])('%s is refused with its parameter', async (path, parameter) => {
  const { status, body } = await request(`${service.url}${path}`)
  expect([status, body['parameter']]).toEqual([400, parameter])
})
