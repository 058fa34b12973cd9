import { request } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService({ AFTERLOG_ALLOWED_HOSTS: 'logs.example' })
})
afterAll(() => service[Symbol.asyncDispose]())

interface Answer {
  status: number | undefined
  body: Record<string, unknown> | undefined
}

/** fetch sends no Host of its own. */
function ask(path: string, host: string, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(`${service.url}${path}`, { method, headers: { host } }, (answer) => {
      let text = ''
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
      answer.on('end', () => {
        const isJson = answer.headers['content-type']?.includes('json') === true
        resolve({ status: answer.statusCode, body: isJson ? (JSON.parse(text) as Answer['body']) : undefined })
      })
    })
      .on('error', reject)
      .end()
  })
}

const paths = ['/healthz', '/readyz', '/metrics', '/docs/', '/openapi.json', '/v1/pods', '/v1/retention', '/nowhere']

test.each(paths)('%s is refused to a name that is not of this service', async (path) => {
  expect(await ask(path, 'evil.example:8080')).toMatchObject({
    status: 421,
    body: { code: 'host-not-allowed', parameter: 'Host', detail: expect.stringContaining('AFTERLOG_ALLOWED_HOSTS') },
  })
})

test.each(['/k8s/api/v1/pods', '/k8s/kubeconfig', '/k8s/nowhere'])('%s is refused with a Status', async (path) => {
  expect(await ask(path, 'evil.example')).toMatchObject({ status: 421, body: { kind: 'Status', code: 421 } })
})

test.each(['/', '/_license'])('%s is refused as Elasticsearch does', async (path) => {
  expect(await ask(path, 'evil.example')).toMatchObject({
    status: 421,
    body: { status: 421, error: { type: expect.any(String) as string } },
  })
})

test('a change is refused before it is made', async () => {
  expect((await ask('/v1/retention', 'evil.example', 'DELETE')).status).toBe(421)
  expect((await ask('/v1/batches', 'evil.example', 'POST')).status).toBe(421)
})

test.each(['localhost:1', '127.0.0.1', 'logs.example'])('%s is served', async (host) => {
  expect((await ask('/v1/pods', host)).status).toBe(200)
  expect((await ask('/k8s/api/v1/pods', host)).status).toBe(200)
  expect((await ask('/metrics', host)).status).toBe(200)
})

test.each([
  ['GET /healthz HTTP/1.0\r\n\r\n', 200],
  ['GET /healthz HTTP/1.0\r\nhost: evil.example\r\n\r\n', 421],
  ['GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
] as const)('%j is %i', async (bytes, status) => {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1')
  socket.end(bytes)
  let text = ''
  for await (const chunk of socket as AsyncIterable<Buffer>) text += chunk.toString()
  expect(text).toContain(`HTTP/1.1 ${status} `)
})
