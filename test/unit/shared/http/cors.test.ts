import { pino } from 'pino'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkHostOf } from '#shared/http/allowed-hosts.ts'
import { parseOrigins } from '#shared/allowed-origins.ts'
import { createHttpServer, type HttpServer } from '#shared/http/server.ts'

const serverFor = (origins?: string): Promise<HttpServer> =>
  createHttpServer({
    log: pino({ level: 'silent' }),
    bodyBytesMax: 1000,
    registry: new Registry(),
    readiness: async () => [],
    checkHost: checkHostOf('127.0.0.1', undefined),
    origins: origins === undefined ? undefined : parseOrigins(origins),
    routes: [
      (routes, _, done) => {
        routes.get('/v1/things', () => ({}))
        done()
      },
    ],
  })

let named: HttpServer
let any: HttpServer
let none: HttpServer
beforeAll(async () => {
  ;[named, any, none] = await Promise.all([serverFor('https://a.example'), serverFor('*'), serverFor()])
})
afterAll(() => Promise.all([named.close(), any.close(), none.close()]))

const preflight = (origin: string) => ({
  method: 'OPTIONS' as const,
  url: '/v1/things',
  headers: { host: 'localhost', origin, 'access-control-request-method': 'GET' },
})
const get = (origin: string, url = '/v1/things', host = 'localhost') => ({ url, headers: { host, origin } })

test('a page of a named origin may read, failures too, but not put and delete', async () => {
  const asked = await named.inject(preflight('https://a.example'))
  expect(asked.statusCode).toBe(204)
  expect(asked.headers).toMatchObject({ 'access-control-allow-origin': 'https://a.example', vary: 'origin' })
  expect(asked.headers['access-control-allow-methods']).toBe('GET, HEAD, POST')
  expect(asked.headers['access-control-allow-credentials']).toBeUndefined()
  for (const [url, status] of [
    ['/v1/things', 200],
    ['/v1/nothing', 404],
  ] as const) {
    const answer = await named.inject(get('https://a.example', url))
    expect([answer.statusCode, answer.headers['access-control-allow-origin']]).toEqual([status, 'https://a.example'])
  }
})

test('a page of another origin may not, and the answer is not kept for it', async () => {
  const answer = await named.inject(get('https://b.example'))
  expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  expect(answer.headers['vary']).toContain('origin')
  expect((await named.inject(preflight('https://b.example'))).statusCode).toBe(405)
})

test('of any origin, the answer is the same for all', async () => {
  const { headers } = await any.inject(get('https://b.example'))
  expect(headers).toMatchObject({ 'access-control-allow-origin': '*' })
  expect(headers['vary'] ?? '').not.toContain('origin')
})

test('without origins nothing is said, and OPTIONS is no method', async () => {
  expect((await none.inject(preflight('https://a.example'))).statusCode).toBe(405)
  expect((await none.inject(get('https://a.example'))).headers['access-control-allow-origin']).toBeUndefined()
})

test('a name that a page points at this machine is refused whatever its origin', async () => {
  expect((await named.inject(get('https://a.example', '/v1/things', 'evil.example'))).statusCode).toBe(421)
})
