// Every operation of /openapi.json honours Accept before it has an effect: a type that it has not is 406, in the form of
// failures of its protocol, and says which there are.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestService, type TestService } from '#test/support/service.ts'

interface Operation {
  responses: Record<string, { content?: Record<string, unknown> }>
}

let service: TestService
let operations: { method: string; path: string; types: string[]; failure: string[] }[]
beforeAll(async () => {
  service = await startTestService()
  const document = (await (await fetch(`${service.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Operation>>
  }
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { responses }]) => ({
      method: method.toUpperCase(),
      path: path.replaceAll(/\{\w+\}/g, 'x'),
      types: Object.keys(responses['200']?.content ?? {}),
      failure: Object.keys(responses['406']?.content ?? {}),
    })),
  )
})
afterAll(() => service[Symbol.asyncDispose]())

const bodyOf = (method: string) =>
  method === 'POST' || method === 'PUT' ? { body: '{"records":[]}', headers: { 'content-type': 'application/json' } } : {}

async function ask(path: string, method: string, accept: string): Promise<Response> {
  const { headers, ...init } = { headers: {}, ...bodyOf(method) }
  return fetch(`${service.url}${path}`, { method, ...init, headers: { ...headers, accept } })
}

test('an operation answers 406 to a type that it has not, with those that it has', async () => {
  const withBody = operations.filter(({ types }) => types.length > 0)
  expect(withBody.length).toBeGreaterThan(50)
  for (const { method, path, types, failure } of withBody) {
    const response = await ask(path, method, 'image/png, text/css;q=0.5')
    const name = `${method} ${path}`
    const text = await response.text()
    expect(response.status, `${name}: ${text}`).toBe(406)
    expect(failure, name).toContain(response.headers.get('content-type')!.split(';')[0])
    for (const type of types) expect(text, name).toContain(type)
    if (path.startsWith('/v1/') && method === 'GET')
      expect(JSON.parse(text), name).toMatchObject({ code: 'not-acceptable', available: types, parameter: 'Accept' })
  }
})

test('an operation takes each type that it has, and any', async () => {
  const takeEach = async ({ method, path, types }: (typeof operations)[number]): Promise<void> => {
    for (const accept of [...types, '*/*', `image/png, ${types.at(-1)};q=0.1`]) {
      const response = await ask(path, method, accept)
      expect(response.status, `${method} ${path} ${accept}`).not.toBe(406)
      await response.body?.cancel()
    }
  }
  await Promise.all(operations.filter(({ types }) => types.length > 0).map(takeEach))
})

test('an answer says that Accept decides where it does', async () => {
  const lines = await ask('/v1/logs', 'GET', 'application/x-ndjson')
  expect(lines.headers.get('vary')).toContain('accept')
  expect((await ask('/v1/pods', 'GET', '*/*')).headers.get('vary') ?? '').not.toMatch(/accept\b(?!-)/)
})
