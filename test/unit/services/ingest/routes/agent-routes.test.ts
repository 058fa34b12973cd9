// What agents are told where their post is not taken now: the form is their protocol's, Retry-After says when to send it
// again.
import { readFileSync } from 'node:fs'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AfterlogError } from '#shared/errors.ts'
import { createHttpServer, type HttpServer, type RoutePlugin } from '#shared/http/server.ts'
import { InflightBytes } from '#ingest/buffer/inflight.ts'
import { agentRoutes } from '#ingest/routes/agent-routes.ts'

let failure: AfterlogError
let app: HttpServer
const page: RoutePlugin = (routes, _, done) => {
  routes.get('/', (_request, reply) => reply.type('text/html').send('a page'))
  done()
}
beforeAll(async () => {
  const posting = {
    deliver: () => Promise.reject(failure),
    inflight: new InflightBytes(1_000_000),
    bodyBytesMax: 1_000_000,
    cluster: '',
    clock: Date.now,
    checkReplay: () => undefined,
  }
  app = await createHttpServer({
    log: pino({ level: 'silent' }),
    bodyBytesMax: 1_000_000,
    registry: new Registry(),
    readiness: async () => [],
    routes: [...agentRoutes(posting), page],
  })
})
afterAll(() => app.close())

describe.each([
  ['busy', 429],
  ['store-unavailable', 503],
  ['internal', 500],
] as const)('a failure %s', (code, status) => {
  const post = async (url: string, type: string, payload: string) => {
    failure = new AfterlogError(code, 'not now', status === 500 ? {} : { retryAfterS: 3 })
    return app.inject({ method: 'POST', url, headers: { 'content-type': type }, payload })
  }
  const text = status === 500 ? /of the service has the cause/ : /^not now/
  const retryAfter = status === 500 ? undefined : '3'

  test('is plain text to agents of Loki', async () => {
    const { statusCode, headers, body } = await post('/loki/api/v1/push', 'application/json', '{"streams":[]}')
    expect([statusCode, headers['retry-after']]).toEqual([status, retryAfter])
    expect(headers['content-type']).toContain('text/plain')
    expect(body).toMatch(text)
  })

  test('is an error of Elasticsearch to its agents', async () => {
    const { statusCode, headers, body } = await post('/_bulk', 'application/x-ndjson', '{"index":{}}\n{}\n')
    expect([statusCode, headers['retry-after'], headers['x-elastic-product']]).toEqual([status, retryAfter, 'Elasticsearch'])
    const { error, status: said } = JSON.parse(body) as { error: { type: string; reason: string }; status: number }
    expect(said).toBe(status)
    expect(error.type).toMatch(/_exception$|^exception$/)
    expect(error.reason).toMatch(text)
  })
})

test.each([
  ['promtail/promtail.yaml', '/loki/api/v1/push'],
  ['alloy/config.alloy', '/loki/api/v1/push'],
  ['filebeat/filebeat.yml', '/elasticsearch', '/elasticsearch/_bulk'],
  ['logstash/afterlog.conf', '/elasticsearch', '/elasticsearch/_bulk'],
  ['vector/vector.yaml', '/v1/fluent'],
  ['vector/vector.yaml', '/elasticsearch', '/elasticsearch/_bulk'],
])('deploy/agents/%s sends to %s, which is served', (file, named, url = named) => {
  expect(readFileSync(`deploy/agents/${file}`, 'utf8')).toContain(named)
  expect(app.hasRoute({ method: 'POST', url })).toBe(true)
})

test('a page at `/` is for clients that take HTML, and the handshake for all others', async () => {
  const get = async (headers: Record<string, string>) => app.inject({ url: '/', headers })
  expect((await get({ accept: 'text/html,*/*;q=0.8' })).body).toBe('a page')
  for (const headers of [{}, { accept: '*/*' }, { accept: 'application/json' }]) {
    const answer = await get(headers)
    expect(answer.json()).toMatchObject({ tagline: 'You Know, for Search' })
    expect(answer.headers['x-elastic-product']).toBe('Elasticsearch')
  }
})
