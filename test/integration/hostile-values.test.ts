// Hostile values in `q` and in every parameter of every route of the query service: none is a failure of the service,
// and none is in the text of a statement, whatever stands around it.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createIngest } from '#ingest/service.ts'
import { createProjector } from '#projector/service.ts'
import { createQuery } from '#query/service.ts'
import { compileSearch } from '#test/support/compile-search.ts'
import { compile } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { AfterlogError } from '#shared/errors.ts'
import { scale, seed } from '#test/support/campaign.ts'
import { hostileValues, needle } from '#test/support/hostile-values.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'

const statements = new Set<string>()

/** The store, of which every statement's text is kept. */
const listening = (store: LogStore): LogStore =>
  new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return (...given: unknown[]): unknown => {
        const [first] = given
        if (typeof first === 'object' && first !== null && 'sql' in first)
          statements.add(compile((first as { sql: Parameters<typeof compile>[0] }).sql).text)
        return Reflect.apply(member, target, given)
      }
    },
  })

let service: TestService
beforeAll(async () => {
  service = await startTestService({}, [
    createIngest,
    createProjector,
    (options) => createQuery({ ...options, store: listening(options.store) }),
  ])
})
afterAll(async () => service[Symbol.asyncDispose]())

test('in any search text, a value is a value', () => {
  const shapes = new Set<string>()
  let searches = 0
  for (const value of hostileValues(seed, 10_000))
    for (const text of [value, `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`]) {
      try {
        const { text: sql } = compile(compileSearch(text))
        expect(sql).not.toContain(needle)
        searches++
        if (text !== value) shapes.add(sql)
      } catch (error) {
        expect(error).toBeInstanceOf(AfterlogError)
        expect(error).toMatchObject({ code: 'invalid-parameter', parameter: 'q' })
      }
    }
  expect(searches).toBeGreaterThan(10_000)
  // A text in quotes has one shape for each list of indexes that its words are asked of, and for each kind of its ends.
  expect(shapes.size).toBeLessThan(400)
})

interface Parameter {
  name: string
  in: string
}
type Paths = Record<string, Record<string, { parameters?: Parameter[] }>>

test('in every parameter of every route, a value is a value and no failure', { timeout: 600_000 }, async () => {
  const { body } = await request(`${service.url}/openapi.json`)
  const routes = Object.entries(body['paths'] as Paths)
    .filter(([path, methods]) => 'get' in methods && !path.includes('tail'))
    .flatMap(([path, { get }]) =>
      (get?.parameters ?? []).filter((each) => each.in !== 'header').map((each) => ({ path, ...each })),
    )
  expect(routes.length).toBeGreaterThan(60)
  const values = hostileValues(seed + 1, routes.length * 2 * scale)
  const failures: unknown[] = []
  for (const [at, value] of values.entries()) {
    const { path, name, in: place } = routes[at % routes.length]!
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, key: string) =>
      encodeURIComponent(place === 'path' && key === name ? value : 'pod'),
    )
    const query = place === 'query' ? `?${new URLSearchParams({ [name]: value }).toString()}` : ''
    const response = await fetch(`${service.url}${filled}${query}`, { signal: AbortSignal.timeout(60_000) })
    await response.text()
    if (response.status >= 500) failures.push([filled, name, value, response.status])
  }
  expect(failures).toEqual([])
  expect(statements.size).toBeGreaterThan(10)
  expect([...statements].filter((text) => text.includes(needle))).toEqual([])
})
