// Whatever stands in a parameter of Loki's API, the answer is one, or a 400 in plain text: no failure of ours, no hang,
// and no value that is more than a value.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openQueryFixture, t0, type QueryFixture } from './query-fixture.ts'

let fixture: QueryFixture
beforeAll(async () => {
  fixture = await openQueryFixture()
  await fixture.insert([{ ts: t0 + 3_000_000_000_000n, message: 'status=500 path=/x', labels: { app: "o'clock" } }])
})
afterAll(() => fixture[Symbol.asyncDispose]())

const values = [
  '',
  "'",
  "' OR 1=1 --",
  '\\',
  '\\\\"',
  '\u0000',
  '"',
  '`',
  '}',
  '{',
  '{p0:String}',
  '{{.x}}',
  '%',
  '$__range',
  '\ud800',
  '🦊'.repeat(100),
  'x'.repeat(20_000),
  '('.repeat(500),
  '[]',
  'null',
  '-1',
  '0',
  '1e309',
  'NaN',
  '9'.repeat(30),
  '2026-11-23T10:00:00Z',
  '; DROP TABLE logs',
  'a b',
  '__proto__',
  'constructor',
]
const quoted = values.map((value) => JSON.stringify(value))
const queries = [
  ...values,
  ...quoted.flatMap((text) => [
    `{app=${text}}`,
    `{app=~${text}}`,
    `{app!~${text}}`,
    `{app="x"} |= ${text}`,
    `{namespace="shop"} |~ ${text}`,
    `{namespace="shop"} |> ${text}`,
    `{namespace="shop"} | logfmt | path=${text}`,
    `{namespace="shop"} | regexp ${text}`,
    `{namespace="shop"} | line_format ${text}`,
    `sum by (a) (count_over_time({namespace="shop"} | json x=${text} [1m]))`,
  ]),
  '{namespace=~"(a|b|c)+$"} |~ "(x+x+)+y"',
  `${'('.repeat(300)}vector(1)${')'.repeat(300)}`,
  `{namespace="shop"}${' | json'.repeat(200)}`,
  'sum(count_over_time({namespace="shop"}[99999999y]))',
  'count_over_time({namespace="shop"}[1ns])',
]

async function ask(path: string, parameters: Record<string, string>, method: 'GET' | 'POST' = 'GET') {
  const form = new URLSearchParams(parameters).toString()
  const began = performance.now()
  const { statusCode, headers, body } = await fixture.app.inject(
    method === 'GET'
      ? { url: `/loki/api/v1/${path}?${form}` }
      : { url: `/loki/api/v1/${path}`, method, payload: form, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  )
  return { statusCode, type: String(headers['content-type']), body, ms: performance.now() - began }
}

function expectAnswer({ statusCode, type, body }: Awaited<ReturnType<typeof ask>>, asked: unknown): void {
  expect([200, 400], `${JSON.stringify(asked)}: ${statusCode} ${body.slice(0, 300)}`).toContain(statusCode)
  expect(type).toMatch(statusCode === 200 ? /^application\/json/ : /^text\/plain/)
  if (statusCode === 400) expect(body.length, body.slice(0, 200)).toBeLessThan(140_000)
}

/** Selectors alone are the part of a query that all of these paths read. */
const selectors = [...values, ...quoted.map((text) => `{namespace="shop", app=~${text}}`)]
const ofQueries: readonly (readonly [path: string, queries: readonly string[]])[] = [
  ['query_range', queries],
  ['format_query', queries],
  ['query', values],
  ['labels', values],
  ['series', selectors],
  ['index/stats', values],
  ['index/volume', values],
  ['detected_fields', values],
]
test.each(ofQueries)('any query of %s', async (path, texts) => {
  const name = path === 'series' ? 'match[]' : 'query'
  for (const query of texts) expectAnswer(await ask(path, { [name]: query }, 'POST'), { path, query })
})

const others: readonly (readonly [path: string, names: readonly string[]])[] = [
  ['query_range', ['start', 'end', 'since', 'step', 'interval', 'limit', 'direction']],
  ['query', ['time', 'limit', 'direction']],
  ['labels', ['start', 'end', 'since']],
  ['index/volume_range', ['start', 'end', 'step', 'limit', 'targetLabels', 'aggregateBy']],
  ['detected_fields', ['line_limit', 'limit', 'field_limit']],
]
test.each(others)('any value of other parameters of %s', async (path, names) => {
  const query = path === 'query' ? 'sum(count_over_time({namespace="shop"}[5m]))' : '{namespace="shop"}'
  for (const name of names)
    for (const value of values) expectAnswer(await ask(path, { query, [name]: value }), { path, name, value })
})

test.each(['label/:name/values', 'detected_field/:name/values'])('any name in %s', async (path) => {
  for (const value of values) {
    if (value === '' || value.length > 4000 || value === '\ud800') continue
    const answer = await ask(path.replace(':name', encodeURIComponent(value)), { query: '{namespace="shop"}' })
    expectAnswer(answer, { path, value })
  }
})

test.each([['%zz'], ['%ff'], ['a'.repeat(4097)]])('a name that cannot be read is refused: %s', async (name) => {
  for (const path of ['label', 'detected_field']) {
    const answer = await ask(`${path}/${name}/values`, { query: '{namespace="shop"}' })
    expectAnswer(answer, { path, name })
    expect(answer.statusCode).toBe(400)
  }
})

test('a label is found by its value alone, whatever is in it', async () => {
  const at = { start: '1795427000', end: '1795432000' }
  const { body } = await ask('query_range', { ...at, query: `{app="o'clock"}` })
  expect(body).toContain('status=500 path=/x')
  expect((await ask('query_range', { ...at, query: `{app="o' OR '1'='1"}` })).body).not.toContain('status=500')
})

test('a path takes HEAD, and says which methods it takes', async () => {
  const url = '/loki/api/v1/labels'
  const head = await fixture.app.inject({ url, method: 'HEAD' })
  expect([head.statusCode, head.body]).toEqual([200, ''])
  const put = await fixture.app.inject({ url, method: 'PUT' })
  expect([put.statusCode, put.headers.allow]).toEqual([405, 'GET, HEAD, POST'])
})

test('a form that is too large, or of another type, is refused or has no parameters', async () => {
  const { statusCode } = await ask('query_range', { query: 'x'.repeat(2_000_000) }, 'POST')
  expect(statusCode).toBe(413)
  const json = await fixture.app.inject({
    url: '/loki/api/v1/query_range',
    method: 'POST',
    payload: '{"query":"{}"}',
    headers: { 'content-type': 'application/json' },
  })
  expect([json.statusCode, json.body]).toEqual([400, expect.stringMatching(/^query is missing/)])
})
