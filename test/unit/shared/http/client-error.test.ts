import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answerClientError, takeYourTime } from '#shared/http/client-error.ts'

let server: http.Server
beforeAll(async () => {
  const limits = { requestTimeout: 300, headersTimeout: 200, connectionsCheckingInterval: 50 }
  server = http.createServer(limits, (request, response) => {
    if (request.url === '/patient') takeYourTime(request.socket)
    request.resume()
    request.on('end', () => response.end())
  })
  server.on('clientError', answerClientError)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => server.close())

test.each([
  ['/patient', 200],
  ['/other', 408],
])('a body that takes longer than requests may, to %s, is answered with %i', async (path, status) => {
  const { port } = server.address() as AddressInfo
  const request = http.request({ host: '127.0.0.1', port, path, method: 'POST' })
  request.on('error', () => undefined)
  const answer = once(request, 'response') as Promise<[http.IncomingMessage]>
  for (let i = 0; i < 8; i++) {
    request.write('x')
    await sleep(100)
  }
  request.end()
  const [response] = await answer
  response.resume()
  expect(response.statusCode).toBe(status)
})
