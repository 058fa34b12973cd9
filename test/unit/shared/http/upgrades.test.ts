// Once a process serves a websocket, all other requests that offer another protocol are answered as before: clients of
// Java and `curl --http2` offer HTTP/2 on each first request, and Node reads no body of a request that it hands over.
import { once } from 'node:events'
import { connect } from 'node:net'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHttpServer, type HttpServer, type RoutePlugin } from '#shared/http/server.ts'

let app: HttpServer
let port: number
const upgrades: string[] = []

const echo: RoutePlugin = (routes, _, done) => {
  routes.post('/v1/echo', ({ body }) => body)
  routes.get('/v1/echo', () => ({ got: true }))
  routes.get('/loki/api/v1/tail', () => ({ got: true }))
  done()
}

beforeAll(async () => {
  app = await createHttpServer({
    log: pino({ level: 'silent' }),
    bodyBytesMax: 1000,
    registry: new Registry(),
    readiness: async () => [],
    routes: [echo],
  })
  app.server.on('upgrade', ({ url = '' }, socket) => {
    upgrades.push(url)
    socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')
  })
  const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  port = Number(url.port)
})
afterAll(() => app.close())

async function answerTo(head: readonly string[], body = ''): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(`${[...head, 'Host: 127.0.0.1', `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`)
  let text = ''
  socket.on('data', (data) => (text += data.toString()))
  await once(socket, 'close')
  return text
}

test.each([
  ['POST', '/v1/echo', ['Connection: close, Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMA'], '{"a":1}'],
  ['GET', '/v1/echo', ['Connection: close, Upgrade', 'Upgrade: websocket'], ''],
  ['GET', '/loki/api/v1/tail', ['Connection: close, Upgrade', 'Upgrade: h2c'], ''],
])('%s %s with %o is answered', async (method, path, headers, body) => {
  const answer = await answerTo(
    [`${method} ${path} HTTP/1.1`, ...headers, ...(body === '' ? [] : ['Content-Type: application/json'])],
    body,
  )
  expect(answer).toMatch(/^HTTP\/1.1 200 OK/)
  expect(answer.split('\r\n\r\n')[1]).toBe(body === '' ? '{"got":true}' : body)
  expect(upgrades).toEqual([])
})

test("a websocket is one at the path of Loki's tail", async () => {
  const answer = await answerTo(['GET /loki/api/v1/tail?query=x HTTP/1.1', 'Connection: Upgrade', 'Upgrade: WebSocket'])
  expect(answer).toMatch(/^HTTP\/1.1 101 /)
  expect(upgrades).toEqual(['/loki/api/v1/tail?query=x'])
})
