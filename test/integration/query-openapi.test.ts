// What /openapi.json says of the line routes: every one typed, so that clients can be made from it.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openQueryFixture, type QueryFixture } from './query-fixture.ts'

let fixture: QueryFixture
beforeAll(async () => {
  fixture = await openQueryFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

interface Operation {
  parameters: { name: string; in: string; schema: { type?: string; enum?: string[] } }[]
  responses: Record<string, { content?: Record<string, { schema: { $ref?: string } }> }>
}

test('names every path with its parameters and the shape of its answer', async () => {
  const api = (await fixture.app.inject('/openapi.json')).json<{
    openapi: string
    paths: Record<string, { get: Operation }>
    components: { schemas: Record<string, { properties: object }> }
  }>()
  expect(api.openapi).toMatch(/^3\.1/)
  const shapeOf = ({ responses }: Operation) =>
    api.components.schemas[responses['200']?.content?.['application/json']?.schema.$ref?.split('/').at(-1) ?? '']
  const shapes = Object.entries(api.paths).flatMap(([path, { get }]) =>
    path.startsWith('/v1/') ? [[path, Object.keys(shapeOf(get)?.properties ?? {}).join(' ')]] : [],
  )
  expect(Object.fromEntries(shapes)).toEqual({
    '/v1/logs': 'lines next partial completeFrom completeTo hint stats hints',
    '/v1/logs/tail': '',
    '/v1/logs/histogram': 'step buckets hints',
    '/v1/logs/patterns': 'patterns lines sampled step hints',
    '/v1/logs/context': 'before line after',
    '/v1/fields': 'values sample hints',
    '/v1/fields/{field}/values': 'values sample hints',
    '/v1/pods': 'pods next asOf hints',
    '/v1/pods/{uid}/logs': 'lines next stats hints',
    '/v1/dead-letters': 'deadLetters next',
  })
  const names = api.paths['/v1/logs']!.get.parameters.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['namespace', 'pod', 'podUid', 'q', 'from', 'to', 'limit', 'order', 'cursor']))
})
