// What an upload of the journal does while its pieces cannot be stored, with a delivery that a test controls.
import { Readable } from 'node:stream'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { InflightBytes } from '#ingest/buffer/inflight.ts'
import type { DeliverBody } from '#ingest/routes/deliver-body.ts'
import { journaldRoute } from '#ingest/routes/journald.ts'
import { AfterlogError } from '#shared/errors.ts'
import { createHttpServer } from '#shared/http/server.ts'
import { exportEntry } from '#test/support/agents/journald.ts'

const entry = (i: number): Buffer =>
  exportEntry([
    ['__REALTIME_TIMESTAMP', String(1_796_043_000_000_000 + i)],
    ['MESSAGE', `line ${i} ${'x'.repeat(1000)}`],
  ])
const [entries, inflight] = [10_000, new InflightBytes(64 * 1024 * 1024)]
const chunks = Array.from({ length: entries / 100 }, (_, i) =>
  Buffer.concat(Array.from({ length: 100 }, (_entry, k) => entry(i * 100 + k))),
)

async function upload(deliver: DeliverBody, patienceMs: number) {
  const app = await createHttpServer({
    log: pino({ level: 'silent' }),
    bodyBytesMax: 1024,
    registry: new Registry(),
    readiness: async () => [],
    routes: [journaldRoute({ deliver, inflight, cluster: 'c', clock: Date.now, patienceMs })],
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  try {
    const address = app.server.address()
    const body = Readable.toWeb(Readable.from(chunks)) as ReadableStream
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/upload`
    const answer = await fetch(url, { method: 'POST', body, duplex: 'half' })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  } finally {
    await app.close()
  }
}
const away = (): AfterlogError => new AfterlogError('store-unavailable', 'the store is away')

test('pieces are tried again while the store is away, at most four beside each other, each with its place', async () => {
  const stored: [first: number, count: number][] = []
  let [under, most, tries] = [0, 0, 0]
  const { status, body } = await upload(async (piece, { firstRecord = -1 }) => {
    most = Math.max(most, ++under)
    await new Promise((resolve) => setTimeout(resolve, 20))
    under--
    if (++tries % 3 === 1) throw away()
    const count = piece.toString().split('\n\n').length - 1
    stored.push([firstRecord, count])
    return { accepted: count, rejects: [] }
  }, 10_000)
  expect([status, body]).toEqual([200, { accepted: entries, rejected: 0, rejects: [] }])
  expect(most).toBeLessThanOrEqual(4)
  expect(stored.length).toBeGreaterThan(3)
  let next = 0
  for (const [first, count] of stored.toSorted(([a], [b]) => a - b)) {
    expect(first).toBe(next)
    next += count
  }
  expect(next).toBe(entries)
  expect(inflight.bytes).toBe(0)
})

test('an upload of which a piece stays refused is answered so, and holds nothing', async () => {
  const refused = await upload(async () => {
    throw away()
  }, 300)
  expect(refused).toMatchObject({ status: 503, body: { detail: 'the store is away' } })
  expect(inflight.bytes).toBe(0)
})

test('rejects have their place in the whole upload', async () => {
  const { body } = await upload(async (piece, { firstRecord = -1 }) => {
    const count = piece.toString().split('\n\n').length - 1
    const rejects = firstRecord > 0 ? [{ index: 1, reason: 'too-old' as const, detail: 'old' }] : []
    return { accepted: count - rejects.length, rejects }
  }, 1000)
  const { rejected, rejects } = body as { rejected: number; rejects: { index: number; code: string }[] }
  expect(rejected).toBe(rejects.length)
  expect(rejects.every(({ index }) => index > 1000 && index < entries)).toBe(true)
})
