// Clients that do not read, and clients that leave, over real connections: what they hold of memory and of the store.
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import { openQueryFixture, t0, type QueryFixture } from './query-fixture.ts'

const MiB = 1024 * 1024
let fixture: QueryFixture
let base: string
beforeAll(async () => {
  fixture = await openQueryFixture({ answers: { bytesMax: 96 * MiB, stallMsMax: 3000 } })
  base = await fixture.app.listen({ host: '127.0.0.1', port: 0 })
  await fixture.test.store.command({
    sql: raw(`INSERT INTO logs (tenant, ts, pod, message, offset, class)
      SELECT 'default', fromUnixTimestamp64Nano(toInt64(${t0} + number * 1000000)), 'large', randomPrintableASCII(9000), number, 'default'
      FROM numbers(6000)`),
  })
})
afterAll(() => fixture[Symbol.asyncDispose]())

/** Sends requests and reads nothing of the answers. */
function ask(...paths: string[]): Socket {
  const { hostname, port } = new URL(base)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  socket.pause()
  for (const path of paths) socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\naccept: application/x-ndjson\r\n\r\n`)
  return socket
}

const metric = async (name: string): Promise<number> => {
  const text = await (await fetch(`${base}/metrics`)).text()
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))]
  return values.reduce((sum, [, value]) => sum + Number(value), 0)
}
const poll = { timeout: 20_000, interval: 100 }

test('a client that takes nothing is cut off, and its answer holds nothing more', { timeout: 60_000 }, async () => {
  const sockets = [ask('/v1/logs?order=asc'), ask('/v1/logs?limit=1000'), ask('/v1/logs/tail?from=-400d')]
  await expect.poll(() => metric('afterlog_http_readers_cut_total'), poll).toBe(sockets.length)
  expect(await metric('afterlog_http_answer_bytes')).toBeLessThan(MiB)
  for (const socket of sockets) socket.destroy()
  expect((await fetch(`${base}/v1/logs?limit=5`)).status).toBe(200)
})

test('a client that reads slowly gets all of its stream', { timeout: 60_000 }, async () => {
  const answer = await fetch(`${base}/v1/logs?order=asc&prefix=false`, { headers: { accept: 'text/plain' } })
  let bytes = 0
  let chunks = 0
  for await (const chunk of answer.body!) {
    bytes += chunk.length
    if (++chunks % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 100))
  }
  expect(bytes).toBe(6000 * 9001)
})

test('where answers hold all memory, large requests are 503, and small ones are answered', { timeout: 60_000 }, async () => {
  const sockets = Array.from({ length: 6 }, () => ask('/v1/logs?limit=3000'))
  await expect.poll(() => metric('afterlog_http_answer_bytes'), poll).toBeGreaterThan(40 * MiB)
  const refused = await fetch(`${base}/v1/logs?limit=3000`)
  expect([refused.status, refused.headers.get('retry-after'), ((await refused.json()) as { code: string }).code]).toEqual([
    503,
    '2',
    'overloaded',
  ])
  expect((await fetch(`${base}/v1/logs?limit=5`)).status).toBe(200)
  for (const socket of sockets) socket.destroy()
  await expect.poll(() => metric('afterlog_http_answer_bytes'), poll).toBeLessThan(MiB)
})

test('nothing runs or waits in the store for a client that left, of many requests at once too', { timeout: 60_000 }, async () => {
  const slow = encodeURIComponent('/(?:.|.){160}$/')
  const paths = ['/v1/logs?', '/v1/logs/histogram?', '/v1/fields/pod/values?', '/v1/logs/tail?from=-400d&'].map(
    (path) => `${path}q=${slow}`,
  )
  const running = async (): Promise<number> => {
    const [row] = await fixture.test.store.rows<{ count: number }>({
      sql: raw(
        `SELECT toUInt32(count()) AS count FROM system.processes WHERE query LIKE '%logs%' AND query NOT LIKE '%processes%'`,
      ),
      lane: 'probe',
    })
    return row!.count
  }
  const sockets = [...paths.map((path) => ask(path)), ask(...paths, ...paths, ...paths)]
  await expect.poll(running, poll).toBeGreaterThan(1)
  for (const socket of sockets) socket.destroy()
  await expect.poll(running, poll).toBe(0)
  await expect.poll(() => metric('afterlog_http_requests_open'), poll).toBe(1)
})
