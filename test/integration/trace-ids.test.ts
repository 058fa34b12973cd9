// Lines of a trace, on the whole service: found by any spelling of its id, in the column or in the text, by every route
// that takes a filter.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { request, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService()
  const hex = '4bf92f3577b34da6a3ce929d0e0e4736'
  const uuid = '4bf92f35-77b3-4da6-a3ce-929d0e0e4736'
  const records = [
    { message: 'column', traceId: hex, spanId: '00f067aa0ba902b7' },
    { message: 'column in capitals', traceId: hex.toUpperCase() },
    { message: 'column as a UUID', traceId: uuid },
    { message: `{"msg":"json","trace_id":"${hex}"}` },
    { message: `{"msg":"json in an object","http":{"traceId":"${uuid.toUpperCase()}"}}` },
    { message: `logfmt trace_id=${hex.toUpperCase()} span_id=00f067aa0ba902b7` },
    { message: 'base64 in OTLP: "traceId":"S/kvNXezTaajzpKdDg5HNg=="' },
    { message: 'another one', traceId: 'ffffffffffffffffffffffffffffffff', spanId: 'eeeeeeeeeeeeeeee' },
    { message: `cut ${hex.slice(1)}` },
    { message: 'nothing' },
  ]
  const startMs = Date.now() - 60_000
  const { status } = await request(`${service.url}/v1/batches`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      records: records.map((record, at) => ({
        time: new Date(startMs + at).toISOString(),
        namespace: 'shop',
        pod: 'cart-0',
        podUid: 'uid-cart-0',
        container: 'app',
        ...record,
      })),
    }),
  })
  expect(status).toBe(200)
})
afterAll(async () => service[Symbol.asyncDispose]())

const get = async (path: string) => {
  const { status, body } = await request(`${service.url}${path}`)
  expect([path, status, body['detail']]).toEqual([path, 200, undefined])
  return body
}
const found = async (query: string): Promise<number> => ((await get(`/v1/logs?${query}`))['lines'] as unknown[]).length
const all = 7

test.each([
  '4bf92f3577b34da6a3ce929d0e0e4736',
  '4BF92F3577B34DA6A3CE929D0E0E4736',
  '4bf92f35-77b3-4da6-a3ce-929d0e0e4736',
  '0x4bf92f3577b34da6a3ce929d0e0e4736',
  '1-4bf92f35-77b34da6a3ce929d0e0e4736',
  'S/kvNXezTaajzpKdDg5HNg==',
])('traceId=%s', async (id) => {
  expect(await found(new URLSearchParams({ traceId: id }).toString())).toBe(all)
})

test('lines, histogram, fields, values and the lines of a pod take the ids', async () => {
  const query = 'traceId=4BF92F35-77B3-4DA6-A3CE-929D0E0E4736'
  const histogram = (await get(`/v1/logs/histogram?${query}`))['buckets'] as { total: number }[]
  expect(histogram.reduce((sum, { total }) => sum + total, 0)).toBe(all)
  const fields = (await get(`/v1/fields?${query}`))['values'] as { value: string; count: number }[]
  expect(fields.find(({ value }) => value === 'pod')?.count).toBe(all)
  const values = (await get(`/v1/fields/pod/values?${query}`))['values']
  expect(values).toEqual([{ value: 'cart-0', count: all }])
  expect(((await get(`/v1/pods/uid-cart-0/logs?${query}`))['lines'] as unknown[]).length).toBe(all)
})

test('several ids are any of them, an empty one is none, and ids narrow other filters', async () => {
  expect(await found('traceId=4bf92f3577b34da6a3ce929d0e0e4736&traceId=ffffffffffffffffffffffffffffffff')).toBe(all + 1)
  expect(await found('spanId=00F067AA0BA902B7')).toBe(2)
  expect(await found('spanId=00F067AA0BA902B7&traceId=4bf92f3577b34da6a3ce929d0e0e4736&q=logfmt')).toBe(1)
  expect(await found('traceId=')).toBe(5)
  expect(await found('traceId=abcdef')).toBe(0)
})

test('what is no id is refused with its parameter', async () => {
  for (const query of [`traceId=${'a'.repeat(129)}`, Array.from({ length: 21 }, (_, i) => `spanId=${i}`).join('&')]) {
    const { status, body } = await request(`${service.url}/v1/logs?${query}`)
    expect([status, body['parameter']]).toEqual([400, query.slice(0, query.indexOf('='))])
  }
})
