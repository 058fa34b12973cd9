// The examples of /openapi.json are requests that work: each is sent as it stands, at recent times, and its answer has the
// shape that the document says.
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiDocument } from '../../services/api-document.ts'
import { hoursTo, lines, moveTimes, objects } from '../e2e/docs-api-data.ts'
import { listsHave, startTestService, type TestService } from '#test/support/service.ts'

interface Media {
  schema: object
  example?: unknown
}
interface Operation {
  operationId: string
  parameters: { name?: string; in?: string; required?: boolean; example?: string }[]
  requestBody?: { content: Record<string, Media> }
  responses: Record<string, { content?: Record<string, Media> }>
}
interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object> }
}

const hours = hoursTo(Date.now())
/** RFC 3339 times, and the epochs of agents. */
const moved = (text: string): string => moveTimes(text, hours).replaceAll('1795428000', String(1_795_428_000 + hours * 3600))
const document = JSON.parse(moved(JSON.stringify(await apiDocument()))) as Document
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
)

const ajv = new Ajv2020({ strict: false })
ajv.addSchema({ $id: 'openapi', components: document.components })
/** What of a value is not as a schema of the document says. */
function faultsOf(schema: object, value: unknown): string {
  const own = JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"openapi#/components')) as object
  const validate = ajv.compile(own)
  return validate(value) ? '' : ajv.errorsText(validate.errors)
}

const form = 'application/x-www-form-urlencoded'

let service: TestService
beforeAll(async () => {
  service = await startTestService()
  for (const [path, body] of [
    ['/v1/batches', lines],
    ['/v1/lifecycle', objects],
  ] as const) {
    const headers = { 'content-type': 'application/json', 'x-afterlog-cluster': 'prod-eu' }
    await fetch(`${service.url}${path}`, { method: 'POST', body: moved(JSON.stringify(body)), headers })
  }
  await listsHave(service.url)
})
afterAll(() => service[Symbol.asyncDispose]())

const requests = operations
  .filter(({ responses }) => responses['101'] === undefined)
  .flatMap((operation) => {
    const { content } = operation.requestBody ?? { content: { none: { schema: {}, example: undefined } } }
    const examples = Object.entries(content).filter(([type, { example }]) => type === 'none' || example !== undefined)
    return examples.map(([type, { example, schema }]) => ({ ...operation, type, example, schema }))
  })

test('every operation has an example, and a value of each parameter that it needs', () => {
  const names = new Set(requests.map(({ operationId }) => operationId))
  for (const { operationId, parameters, responses } of operations) {
    if (responses['101'] === undefined) expect(names).toContain(operationId)
    for (const { name, required, example } of parameters)
      if (required === true) expect(example, `${operationId} ${name}`).toBeDefined()
  }
})

test.each(requests)('$operationId with $type', async ({ path, method, parameters, type, example, schema, responses }) => {
  const values = new Map(parameters.flatMap(({ name, example: value }) => (name && value !== undefined ? [[name, value]] : [])))
  const query = parameters.flatMap(({ name, in: place, example: value }): [string, string][] =>
    place === 'query' && type !== form && name !== undefined && value !== undefined ? [[name, value]] : [],
  )
  const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values.get(name)!)
  const isText = typeof example === 'string'
  const isForm = type === form
  if (!isText && type !== 'none') expect(faultsOf(schema, example)).toBe('')
  const leaving = new AbortController()
  const response = await fetch(`${service.url}${url}?${new URLSearchParams(query).toString()}`, {
    method,
    signal: leaving.signal,
    ...(type === 'none'
      ? {}
      : {
          body: isText ? example : isForm ? new URLSearchParams(example as Record<string, string>) : JSON.stringify(example),
          headers: { 'content-type': type },
        }),
  })
  const answerType = response.headers.get('content-type')?.split(';')[0] ?? ''
  const described = responses[String(response.status)]
  if (answerType === 'text/event-stream') return leaving.abort()
  const text = await response.text()
  expect([200, 204], text).toContain(response.status)
  expect(described, `${response.status}`).toBeDefined()
  if (response.status === 204) return expect(text).toBe('')
  const media = described!.content![answerType]
  expect(media, answerType).toBeDefined()
  if (answerType !== 'application/json') return undefined
  const value: unknown = JSON.parse(text)
  expect(faultsOf(media!.schema, value), text.slice(0, 2000)).toBe('')
  if (path.startsWith('/v1/') && method === 'POST' && 'rejected' in (value as object))
    expect(value).toMatchObject({ rejected: 0 })
  return undefined
})

test('a failure has the shape that the document says', async () => {
  const response = await fetch(`${service.url}/v1/logs?q=boom+(pod:x`)
  const { schema } = document.paths['/v1/logs']!['get']!.responses['400']!.content!['application/problem+json']!
  const problem: unknown = await response.json()
  expect(faultsOf(schema, problem)).toBe('')
  expect(faultsOf(schema, { ...(problem as object), code: 'no-code' })).not.toBe('')
})
