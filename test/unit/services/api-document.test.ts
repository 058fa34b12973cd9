// The OpenAPI document holds to the strict rules of a linter, and has what generated clients need.
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { beforeAll, expect, test } from 'vitest'
import { apiDocument } from '../../../services/api-document.ts'

interface Operation {
  operationId: string
  tags: string[]
  parameters: { name?: string; $ref?: string }[]
  requestBody?: { content: Record<string, { schema: object }> }
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>
}

let text: string
let operations: [string, Operation][]
beforeAll(async () => {
  const document = (await apiDocument()) as { paths: Record<string, Record<string, Operation>> }
  text = JSON.stringify(document)
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, Operation] => [`${method.toUpperCase()} ${path}`, operation]),
  )
})

/** A websocket has no answer of 2xx, and OpenAPI no other way to describe one. */
const ofWebsocket = 'operation-2xx-response #/paths/~1loki~1api~1v1~1tail/get/responses'

async function faultsOf(source: string): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended-strict'] })
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config })
  return problems.map(({ ruleId, location }) => `${ruleId} ${location[0]?.pointer}`).filter((fault) => fault !== ofWebsocket)
}

test('a strict linter finds nothing', async () => {
  expect(await faultsOf(text)).toEqual([])
})

test('the linter finds a name that two operations have, and a reference to nothing', async () => {
  expect((await faultsOf(text.replace('"getPod"', '"listPods"'))).join()).toContain('operation-operationId-unique')
  expect((await faultsOf(text.replace('schemas/Line"', 'schemas/Lime"'))).join()).toContain('no-unresolved-refs')
})

test('every operation has a name, a tag, the tenant where it needs one, and descriptions of its own', () => {
  for (const [name, { operationId, tags, parameters, responses }] of operations) {
    expect(operationId, name).toMatch(/^[a-z]+[A-Z][A-Za-z]+$/)
    expect(tags, name).toHaveLength(1)
    for (const { description } of Object.values(responses)) expect(description, name).toMatch(/../)
    const isApi = /^\w+ \/(v1|loki|k8s|_bulk|\{index\}|elasticsearch)/.test(name)
    expect(
      parameters.some(({ $ref }) => $ref === '#/components/parameters/Tenant'),
      name,
    ).toBe(isApi)
  }
  expect(text).not.toContain('Default Response')
})

test('every post and put says what it takes', () => {
  for (const [name, { requestBody }] of operations)
    if (/^(POST|PUT) /.test(name)) expect(Object.keys(requestBody?.content ?? {}), name).not.toEqual([])
})

test('every failure of our own paths is problem JSON of one shape', () => {
  for (const [name, { responses }] of operations.filter(([each]) => /^(GET|PUT|DELETE) \/v1\//.test(each)))
    for (const [status, { content }] of Object.entries(responses))
      if (status >= '400')
        expect(content, name).toEqual({ 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } })
})

test('answers may get new fields, and numbers have no bounds that nobody promised', () => {
  const answers = JSON.stringify(operations.map(([, { responses }]) => responses))
  expect(answers).not.toContain('"additionalProperties":false')
  expect(text).not.toContain('9007199254740991')
})

test('shapes that several answers have are components', () => {
  for (const name of ['Pod', 'Life', 'Line', 'Death', 'Seal', 'Problem', 'Obituary'])
    expect(text.split(`#/components/schemas/${name}"`).length, name).toBeGreaterThan(1)
})
