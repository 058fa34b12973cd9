// Compressed answers are read by a real client over a socket, as they are by others.
import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import zlib from 'node:zlib'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHttpServer, type HttpServer } from '#shared/http/server.ts'

const lines = Array.from({ length: 2000 }, (_, i) => ({ message: `line ${i} of a pod` }))
const decoders = { gzip: zlib.gunzipSync, br: zlib.brotliDecompressSync, zstd: zlib.zstdDecompressSync }
const next = Promise.withResolvers<void>()
let returned = 0
let app: HttpServer
let url: string

beforeAll(async () => {
  app = await createHttpServer({
    log: pino({ level: 'silent' }),
    bodyBytesMax: 1000,
    registry: new Registry(),
    readiness: async () => [],
    routes: [
      (routes, _, done) => {
        routes.get('/lines', () => ({ lines }))
        routes.get('/small', () => ({ lines: [] }))
        routes.get('/image', (__, reply) => reply.type('image/png').send(Buffer.alloc(5000)))
        routes.get('/stream', (__, reply) =>
          reply.type('application/x-ndjson').send(
            Readable.from(
              (async function* () {
                yield Buffer.from('{"first":1}\n')
                await next.promise
                yield Buffer.from('{"second":2}\n')
              })(),
            ),
          ),
        )
        routes.get('/endless', (__, reply) =>
          reply.type('text/plain').send(
            Readable.from(
              (async function* () {
                try {
                  for (;;) {
                    yield Buffer.from('again\n')
                    await sleep(5)
                  }
                } finally {
                  returned++
                }
              })(),
            ),
          ),
        )
        routes.get('/broken', (__, reply) =>
          reply.type('text/plain').send(
            Readable.from(
              (async function* () {
                yield Buffer.from('begun\n')
                await sleep(50)
                throw new Error('the store is gone')
              })(),
            ),
          ),
        )
        routes.get('/failing', (__, reply) =>
          reply.type('text/plain').send(
            new Readable({
              read() {
                this.destroy(new Error('the store is away'))
              },
            }),
          ),
        )
        routes.get('/follows', (request, reply) => {
          request.work.follows = true
          return reply.type('text/event-stream').send(Readable.from([Buffer.from('x'.repeat(5000))]))
        })
        done()
      },
    ],
  })
  url = await app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => app.close())

async function get(path: string, encoding?: string, method = 'GET'): Promise<IncomingMessage> {
  const headers = encoding === undefined ? {} : { 'accept-encoding': encoding }
  const request = http.request(`${url}${path}`, { method, headers, agent: false }).end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return response
}
const bytesOf = async (response: IncomingMessage): Promise<Buffer> => Buffer.concat(await response.toArray())

test.each(['gzip', 'br', 'zstd'] as const)('%s: what a client reads is the answer', async (coding) => {
  const response = await get('/lines', coding)
  const bytes = await bytesOf(response)
  expect(response.headers).toMatchObject({ 'content-encoding': coding, vary: 'accept-encoding' })
  expect(response.headers['content-length']).toBe(String(bytes.length))
  expect(JSON.parse(decoders[coding](bytes).toString())).toEqual({ lines })
  expect(bytes.length).toBeLessThan(JSON.stringify({ lines }).length / 4)
})

test.each([
  ['/lines', undefined],
  ['/lines', 'identity'],
  ['/small', 'gzip'],
  ['/image', 'gzip'],
  ['/follows', 'gzip'],
])('%s with Accept-Encoding: %s is sent as it is', async (path, encoding) => {
  const response = await get(path, encoding)
  expect(response.headers['content-encoding']).toBeUndefined()
  expect((await bytesOf(response)).length).toBeGreaterThan(0)
})

test('HEAD says nothing of a coding, and has no body', async () => {
  const response = await get('/lines', 'gzip', 'HEAD')
  expect(response.headers).toMatchObject({ vary: 'accept-encoding' })
  expect(await bytesOf(response)).toHaveLength(0)
})

test('each part of a stream can be read before the next one is made', async () => {
  const response = await get('/stream', 'gzip')
  const text = response.pipe(zlib.createGunzip()).setEncoding('utf8')
  const [first] = (await once(text, 'data')) as [string]
  expect(first).toBe('{"first":1}\n')
  next.resolve()
  const [second] = (await once(text, 'data')) as [string]
  expect(second).toBe('{"second":2}\n')
})

test('a stream ends where its client goes away, and leaves room for others', async () => {
  for (let i = 0; i < 70; i++) {
    const response = await get('/endless', 'zstd')
    expect(response.headers['content-encoding'], `stream ${i}`).toBe('zstd')
    response.destroy()
    await expect.poll(() => returned, { interval: 2 }).toBe(i + 1)
  }
})

test('of very many streams at once some are sent as they are', async () => {
  const responses = await Promise.all(Array.from({ length: 70 }, () => get('/endless', 'br')))
  const compressed = responses.filter(({ headers }) => headers['content-encoding'] === 'br')
  expect(compressed).toHaveLength(64)
  for (const response of responses) response.destroy()
})

test('a stream that breaks off is no whole answer', async () => {
  const response = await get('/broken', 'gzip')
  await expect(bytesOf(response)).rejects.toThrow('aborted')
})

test('a stream that fails before its first byte is a failure that can be read', async () => {
  const response = await get('/failing', 'gzip')
  expect(response.statusCode).toBe(500)
  expect(response.headers['content-encoding']).toBeUndefined()
  expect(JSON.parse((await bytesOf(response)).toString())).toMatchObject({ code: 'internal' })
})

test('no answer is to be kept', async () => {
  expect((await get('/lines')).headers['cache-control']).toBe('no-store')
})
