import { once } from 'node:events'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { checkHostOf, parseHostNames } from '#shared/http/allowed-hosts.ts'
import { createHttpServer, type HttpServer, type RoutePlugin } from '#shared/http/server.ts'

let app: HttpServer
let port: number
let endless: Readable
const logged: { level: number; msg: string; status?: number; requestId?: string }[] = []
const registry = new Registry()

const testRoutes: RoutePlugin = (routes, _, done) => {
  routes.get('/v1/things/:id', () => ({}))
  routes.post('/v1/things', () => ({}))
  const body = z.strictObject({ rules: z.record(z.string(), z.string()), more: z.strictObject({ a: z.string() }).optional() })
  routes.patch('/v1/things', { schema: { body } }, ({ body: given }) => given)
  const querystring = z.strictObject({ limit: z.union([z.literal('1'), z.array(z.literal('1'))]).optional() })
  routes.get('/v1/named/:id', { schema: { querystring, params: z.object({ id: z.string().min(2) }) } }, () => ({}))
  routes.get('/v1/slow', async (_request, reply) => {
    await once(reply.raw, 'close')
    throw new DOMException('This operation was aborted', 'AbortError')
  })
  routes.get('/v1/endless', (_request, reply) => {
    endless = new Readable({ read: () => undefined })
    endless.push('begun')
    return reply.send(endless)
  })
  done()
}

beforeAll(async () => {
  app = await createHttpServer({
    log: pino({}, { write: (line) => logged.push(JSON.parse(line) as (typeof logged)[0]) }),
    bodyBytesMax: 1000,
    registry,
    readiness: async () => [],
    checkHost: checkHostOf('127.0.0.1', parseHostNames('x')),
    routes: [testRoutes],
  })
  port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port)
})
afterAll(() => app.close())

/** All that comes back for these bytes until the connection ends. */
async function exchange(bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.end(bytes)
  let text = ''
  for await (const chunk of socket as AsyncIterable<Buffer>) text += chunk.toString()
  return text
}

describe('a path that does not take the method', () => {
  test.each([
    ['DELETE', '/v1/things/5', 'GET, HEAD'],
    ['PUT', '/v1/things/', 'PATCH, POST'],
    ['OPTIONS', '/healthz?x=1', 'GET, HEAD'],
  ] as const)('%s %s is 405, with the methods it takes in Allow', async (method, url, allow) => {
    const answer = await app.inject({ method, url })
    expect([answer.statusCode, answer.headers['allow']]).toEqual([405, allow])
    expect(answer.json()).toMatchObject({ code: 'method-not-allowed', detail: expect.stringContaining(allow) })
  })

  test('a path that no method knows is 404, without Allow', async () => {
    const answer = await app.inject({ method: 'DELETE', url: '/v1/things/5/6' })
    expect([answer.statusCode, answer.headers['allow']]).toEqual([404, undefined])
  })

  test.each(['/v1', '/v1/'])('%s, the beginning of paths, names them', async (url) => {
    const { detail } = (await app.inject({ url })).json<{ detail: string }>()
    expect(detail).toContain('below it are /v1/endless, /v1/named/{id}, /v1/slow, /v1/things, /v1/things/{id}; /docs lists')
  })
})

test('the icon that browsers ask for is no error', async () => {
  const answer = await app.inject({ url: '/favicon.ico' })
  expect([answer.statusCode, answer.body]).toEqual([204, ''])
})

describe('what is not HTTP is answered with problem JSON and the end of the connection', () => {
  test.each([
    ['no HTTP', 'hello\r\n\r\n', 400, 'invalid-body'],
    ['a line without a colon', 'GET /healthz HTTP/1.1\r\nhost: x\r\nnonsense\r\n\r\n', 400, 'invalid-body'],
    ['headers over the limit', `GET /healthz HTTP/1.1\r\nhost: x\r\na: ${'b'.repeat(20_000)}\r\n\r\n`, 431, 'headers-too-large'],
    ['two Hosts', 'GET /healthz HTTP/1.1\r\nhost: x\r\nHOST: x\r\nconnection: close\r\n\r\n', 400, 'invalid-parameter'],
    ['a name of somebody else', 'GET /healthz HTTP/1.1\r\nhost: y\r\nconnection: close\r\n\r\n', 421, 'host-not-allowed'],
    [
      'a name of somebody else in the target',
      'GET http://y/healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
      421,
      'host-not-allowed',
    ],
    ['no Host', 'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n', 400, 'invalid-parameter'],
    [
      'percent-encoding that is none',
      'GET /v1/things/%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
      400,
      'invalid-parameter',
    ],
    [
      'a part of the path that is too long',
      `GET /v1/things/${'a'.repeat(4097)} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
      400,
      'invalid-parameter',
    ],
  ])('%s', async (_, bytes, status, code) => {
    const [head, body] = (await exchange(bytes)).split('\r\n\r\n') as [string, string]
    expect(head).toContain(`HTTP/1.1 ${status} `)
    expect(head.toLowerCase()).toContain('content-type: application/problem+json')
    expect(JSON.parse(body)).toMatchObject({ status, code, detail: expect.stringMatching(/./) })
  })

  test('garbage behind a request does not get into its answer', async () => {
    const socket = connect(port, '127.0.0.1')
    socket.write('GET /v1/endless HTTP/1.1\r\nhost: x\r\n\r\n')
    let text = ''
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      text += chunk.toString()
      if (text.includes('begun')) socket.write('\0\0\0\r\n\r\n')
    }
    expect(text).toContain('begun')
    expect(text).not.toContain('problem')
  })

  test('HTTP/1.0 needs no Host', async () => {
    expect(await exchange('GET /healthz HTTP/1.0\r\n\r\n')).toContain('200 OK')
  })
})

test('HEAD of a stream without end ends the stream', async () => {
  const text = await exchange('HEAD /v1/endless HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  expect(text).toContain('200 OK')
  expect(endless.destroyed).toBe(true)
})

test('a request is open no more once its client has gone away', async () => {
  const open = async (): Promise<number> => Number(/_open (\d+)/.exec(await registry.metrics())![1])
  await expect.poll(open).toBe(0)
  const socket = connect(port, '127.0.0.1')
  socket.write('GET /v1/endless HTTP/1.1\r\nhost: x\r\n\r\n')
  await once(socket, 'data')
  expect(await open()).toBe(1)
  socket.destroy()
  await expect.poll(open).toBe(0)
})

test('a client that goes away before its answer is no error of ours', async () => {
  const socket = connect(port, '127.0.0.1')
  socket.write('GET /v1/slow HTTP/1.1\r\nhost: x\r\n\r\n')
  await expect.poll(async () => /_open (\d+)/.exec(await registry.metrics())![1]).toBe('1')
  logged.length = 0
  socket.destroy()
  await expect.poll(() => logged.find(({ msg }) => msg === 'answered')).toMatchObject({ status: 499 })
  expect(logged.filter(({ level }) => level >= 40)).toEqual([])
})

describe('what is wrong with a request is named', () => {
  const patch = (payload: string, type = 'application/json') =>
    app.inject({ method: 'PATCH', url: '/v1/things', payload, headers: { 'content-type': type } })

  test.each([
    ['{"rules":{"default":5}}', 'rules.default'],
    ['{"rules":{},"more":{"a":5}}', 'more.a'],
    ['{"rules":{},"more":{"a":"","b":""}}', 'more.b'],
    ['{"rules":{},"b":""}', 'b'],
    ['{}', 'rules'],
    ['null', 'body'],
    ['5', 'body'],
    ['[]', 'body'],
    ['{"rules":{"default":"14d","__proto__":"3d"}}', 'rules.__proto__'],
    ['{"__proto__":{}}', '__proto__'],
    ['{"rules":{"a\\u0062":"", "\\u005f_proto__":""}}', 'rules.__proto__'],
    ['{"rules":{"default":"14d","default":"1d"}}', 'rules.default'],
    ['{"rules":{"default":"14d"},"rules":{"default":"1d"}}', 'rules'],
    ['{"rules":{"default":"14d","defa\\u0075lt":"1d"}}', 'rules.default'],
    ['{"rules":{"x\\"}":"{","y":"","y":""}}', 'rules.y'],
    ['{"list":[{"a":1},[],{"a":1,"b":{"c":[],"c":2}}]}', 'list.2.b.c'],
    ['[{"a":{},"a":1}]', '0.a'],
  ])('%s: %s', async (payload, parameter) => {
    const answer = await patch(payload)
    expect(answer.json()).toMatchObject({ status: 400, code: 'invalid-parameter', parameter })
    expect(answer.json<{ detail: string }>().detail).toContain(parameter)
    expect(answer.json<{ detail: string }>().detail).not.toMatch(/^:/)
  })

  test.each([
    ['', 'the body is empty'],
    ['{"rules":', 'the body is not JSON: Unexpected end'],
    ['rules: 14d', 'the body is not JSON: '],
  ])('a body that is %j', async (payload, detail) => {
    expect((await patch(payload)).json()).toMatchObject({
      status: 400,
      code: 'invalid-body',
      detail: expect.stringContaining(detail),
    })
  })

  test('a body that breaks says where', async () => {
    expect((await patch('{"rules":{} "a"}')).json()).toMatchObject({ code: 'invalid-body', position: 12 })
  })

  test('a type that is not read is 415, with the one that is', async () => {
    for (const type of ['text/plain', 'application/yaml'])
      expect((await patch('{"rules":{}}', type)).json()).toMatchObject({
        status: 415,
        parameter: 'content-type',
        detail: expect.stringContaining('application/json'),
      })
    expect((await patch('{"rules":{"a":"1d"}}', 'application/json; charset=utf-8')).json()).toEqual({ rules: { a: '1d' } })
  })

  test.each([
    ['/v1/named/ab?limit=2', 'limit'],
    ['/v1/named/ab?limit=1&limit=2', 'limit'],
    ['/v1/named/ab?size=2', 'size'],
    ['/v1/named/a', 'id'],
  ])('%s: %s', async (url, parameter) => {
    expect((await app.inject({ url })).json()).toMatchObject({ status: 400, parameter })
  })
})

describe('the line of a request', () => {
  const lineOf = async (url: string, headers = {}) => {
    logged.length = 0
    const answer = await fetch(`http://127.0.0.1:${port}${url}`, { headers })
    await expect.poll(() => logged.find(({ msg }) => msg === 'answered')).toBeDefined()
    return { line: logged.find(({ msg }) => msg === 'answered')!, id: answer.headers.get('x-request-id') }
  }

  test('has what the answer took, and the route instead of the URL', async () => {
    const { line } = await lineOf('/v1/named/secret-name?limit=1')
    expect(line).toMatchObject({
      tenant: 'default',
      method: 'GET',
      route: '/v1/named/:id',
      status: 200,
      statements: 0,
      rowsRead: 0,
      bytesRead: 0,
      cutShort: false,
    })
    expect(JSON.stringify(logged)).not.toMatch(/secret-name|limit=1/)
  })

  test('has the code of the error that was answered, and /metrics counts it', async () => {
    expect((await lineOf('/v1/named/secret-name?limit=2')).line).toMatchObject({ status: 400, code: 'invalid-parameter' })
    expect(await registry.metrics()).toMatch(
      /afterlog_http_requests_failed_total\{route="\/v1\/named\/:id",code="invalid-parameter"\} \d/,
    )
  })

  test('has the id that the answer has: a new one, or that of a proxy', async () => {
    const made = await lineOf('/v1/things/5')
    expect(made.id).toMatch(/^[0-9a-f-]{36}$/)
    expect(made.line.requestId).toBe(made.id)
    const given = await lineOf('/v1/things/5', { 'x-request-id': 'proxy-17' })
    expect([given.id, given.line.requestId]).toEqual(['proxy-17', 'proxy-17'])
    const bad = await lineOf('/v1/things/5', { 'x-request-id': 'with a blank' })
    expect(bad.id).toMatch(/^[0-9a-f-]{36}$/)
  })
})

test('what is refused before its route is counted too', async () => {
  await exchange('GET /v1/things/5 HTTP/1.1\r\nconnection: close\r\n\r\n')
  await expect
    .poll(() => registry.metrics())
    .toMatch(/afterlog_http_requests_failed_total\{route="\/v1\/things\/:id",code="invalid-parameter"\} 1/)
})

test('/docs runs its own scripts only, and stands in no frame', async () => {
  for (const url of ['/docs', '/docs/', '/docs/static/index.html']) {
    const policy = String((await app.inject({ url })).headers['content-security-policy'])
    expect(policy).toMatch(/^default-src 'self'; .*frame-ancestors 'none'$/)
    expect(policy).not.toMatch(/script|upgrade/)
  }
})
