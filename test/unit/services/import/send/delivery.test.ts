import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDelivery } from '../../../../../services/import/send/delivery.ts'
import { createHttpClient } from '../../../../../services/import/send/http-client.ts'
import { createRetry, ImportStopped } from '../../../../../services/import/send/retry.ts'
import { startFakeService, type FakeService } from '../fake-service.ts'

let fake: FakeService
beforeEach(async () => void (fake = await startFakeService()))
afterEach(() => fake[Symbol.asyncDispose]())

function deliveryTo(
  url: string,
  { patienceMs = 5000, compress = false, tenant = '', signal = new AbortController().signal } = {},
) {
  const waits: (string | undefined)[] = []
  const client = createHttpClient({ url, tenant, signal })
  const retry = createRetry({ patienceMs, onWait: (sentence) => waits.push(sentence), signal, pauseMs: 5 })
  return { waits, deliver: createDelivery({ client, headers: { 'x-afterlog-node': 'node-7' }, compress, retry }) }
}

const body = (count: number) => {
  const lines = Array.from({ length: count }, (_, i) => `{"path":"p","offset":${i},"cri":"x"}\n`)
  const cuts = lines.slice(1).map((_, i) => lines.slice(0, i + 1).join('').length)
  return { body: Buffer.from(lines.join('')), cuts }
}

test('what is stored is told as stored; node and tenant travel as headers', async () => {
  const { deliver } = deliveryTo(fake.url, { tenant: 'team-a' })
  expect(await deliver(body(3))).toEqual({ accepted: 3, refused: new Map(), givenUp: [] })
  expect(fake.headers[0]).toMatchObject({ 'x-afterlog-node': 'node-7', 'x-scope-orgid': 'team-a' })
})

test('a remote server gets gzip', async () => {
  const { deliver } = deliveryTo(fake.url, { compress: true })
  expect((await deliver(body(3))).accepted).toBe(3)
  expect(fake.headers[0]).toMatchObject({ 'content-encoding': 'gzip' })
})

test.each([429, 503])('%i is waited for longer than patience lasts', async (status) => {
  fake.onPost = (_, count) => (count < 6 ? { status, body: { detail: 'full' } } : undefined)
  const { deliver, waits } = deliveryTo(fake.url, { patienceMs: 0 })
  expect((await deliver(body(2))).accepted).toBe(2)
  expect(waits).toEqual([...Array.from({ length: 6 }, () => `${status}: full`), undefined])
})

test('Retry-After is obeyed', async () => {
  fake.onPost = (_, count) => (count === 0 ? { status: 429, headers: { 'retry-after': '1' } } : undefined)
  const started = performance.now()
  await deliveryTo(fake.url).deliver(body(1))
  expect(performance.now() - started).toBeGreaterThan(950)
})

test('a failing server is waited for, then the import stops with its sentence', async () => {
  fake.onPost = () => ({ status: 500, body: { detail: 'a bug' } })
  await expect(deliveryTo(fake.url, { patienceMs: 50 }).deliver(body(1))).rejects.toThrow(/500: a bug/)
})

test('a server that is not there is waited for, and used once it is', async () => {
  const { port } = new URL(fake.url)
  await fake[Symbol.asyncDispose]()
  const { deliver, waits } = deliveryTo(`http://127.0.0.1:${port}`, { patienceMs: 30_000 })
  const done = deliver(body(1))
  while (waits.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(waits[0]).toContain('ECONNREFUSED')
  fake = await startFakeService(Number(port))
  expect((await done).accepted).toBe(1)
})

test('a body that is too large is halved until it fits, and every record arrives once', async () => {
  fake.onPost = (posted) => (posted.length > 150 ? { status: 413 } : undefined)
  expect((await deliveryTo(fake.url).deliver(body(20))).accepted).toBe(20)
  expect(fake.records.map(({ offset }) => offset)).toEqual(Array.from({ length: 20 }, (_, i) => i))
})

test('a record that never fits is refused with the sentence, its neighbours are stored', async () => {
  fake.onPost = (posted) => (posted.includes('"offset":1,') ? { status: 413, body: { detail: 'too large' } } : undefined)
  const { accepted, refused, givenUp } = await deliveryTo(fake.url).deliver(body(4))
  expect([accepted, refused.size]).toEqual([3, 0])
  expect(givenUp).toEqual([{ body: Buffer.from('{"path":"p","offset":1,"cri":"x"}\n'), records: 1, sentence: '413: too large' }])
})

test('refused records are told by their reason, also those that the server does not name', async () => {
  const rejects = [
    { index: 0, reason: 'time 1 is too old', code: 'too-old' },
    { index: 1, reason: 'time 2 is too old', code: 'too-old' },
  ]
  fake.onPost = () => ({ status: 200, body: { accepted: 1, rejected: 3, rejects } })
  const { refused } = await deliveryTo(fake.url).deliver(body(4))
  expect([...refused]).toMatchObject([
    ['too-old', { count: 2, example: 'time 1 is too old' }],
    ['unnamed', { count: 1 }],
  ])
})

test('a batch that is none costs its records, not the import', async () => {
  fake.onPost = () => ({ status: 400, body: { detail: 'not JSON' } })
  expect((await deliveryTo(fake.url).deliver(body(4))).givenUp).toMatchObject([{ records: 4, sentence: '400: not JSON' }])
})

test.each([401, 403, 404, 415])('%i ends the import: no other batch would fare better', async (status) => {
  fake.onPost = () => ({ status, body: { detail: 'no' } })
  await expect(deliveryTo(fake.url).deliver(body(1))).rejects.toThrow(ImportStopped)
})

test.each([{ accepted: 3, rejected: 0, rejects: [] }, {}, '<html>'])(
  'an answer that is not one for all the records ends the import: %j',
  async (answer) => {
    fake.onPost = () => ({ status: 200, body: answer })
    await expect(deliveryTo(fake.url).deliver(body(4))).rejects.toThrow(ImportStopped)
  },
)

test('an interruption ends the wait', async () => {
  fake.onPost = () => ({ status: 503, headers: { 'retry-after': '60' } })
  const interrupted = new AbortController()
  const { deliver, waits } = deliveryTo(fake.url, { signal: interrupted.signal })
  const done = deliver(body(1))
  while (waits.length === 0) await new Promise((resolve) => setTimeout(resolve, 2))
  interrupted.abort()
  await expect(done).rejects.toThrow('abort')
})
