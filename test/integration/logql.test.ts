// LogQL over a real store: lines posted as agents push them, asked by selectors, pipelines and metrics.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runLogQL } from '#query/loki/logql/read-logql.ts'
import { parseLogQL } from '#query/loki/logql/syntax/parse-logql.ts'
import type { LogqlResult } from '#query/loki/logql/result.ts'
import { createRequestWork } from '#shared/http/request-work.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
/** Epoch s of the first line; lines follow each other every second. */
const t0 = Math.floor(Date.now() / 1000) - 3600 - (Math.floor(Date.now() / 1000) % 60)
const ns = (s: number): bigint => BigInt(Math.round((t0 + s) * 1000)) * 1_000_000n

const push = async (streams: unknown): Promise<void> => {
  const response = await fetch(`${service.url}/loki/api/v1/push`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ streams }),
  })
  expect(response.status, await response.text()).toBe(204)
}

beforeAll(async () => {
  service = await startTestService()
  const values = (make: (i: number) => string, count: number, every = 1): [string, string][] =>
    Array.from({ length: count }, (_, i) => [String(ns(i * every)), make(i)])
  const streams = [
    {
      stream: { namespace: 'shop', pod: 'cart-7d9f8b6c5d-x2x4z', container: 'app', app: 'cart' },
      values: values(
        (i) => JSON.stringify({ level: i % 10 === 0 ? 'error' : 'info', took: `${i}ms`, size: i, user: { id: i % 3 } }),
        60,
      ),
    },
    {
      stream: { namespace: 'shop', pod: 'db-0', container: 'postgres' },
      values: values((i) => `level=${i % 4 === 0 ? 'warn' : 'info'} msg="query ${i}" rows=${i} addr=10.0.0.${i}`, 30, 2),
    },
    {
      stream: { namespace: 'pay', pod: 'web', container: 'nginx' },
      values: values((i) => `10.1.0.${i} - - "GET /cart/${i} HTTP/1.1" ${i % 5 === 0 ? 500 : 200} 12`, 20, 3),
    },
  ]
  await push(streams)
  // What is sent twice counts once.
  await push(streams.slice(0, 1))
})
afterAll(() => service[Symbol.asyncDispose]())

interface Asked {
  start?: number
  end?: number
  step?: number
  limit?: number
  direction?: 'forward' | 'backward'
  categorize?: boolean
}

async function ask(text: string, { start = 0, end = 60, step = 0, limit = 100, direction = 'backward', categorize }: Asked = {}) {
  const reading = createReading({ store: service.store, limits: { timeMs: 20_000 } })
  const expr = parseLogQL(text)
  const isInstant = step === 0 && expr.kind !== 'log'
  return runLogQL({
    reading,
    tenant: 'default',
    text,
    expr,
    startNs: ns(isInstant ? end : start),
    endNs: ns(end),
    stepNs: BigInt(step) * 1_000_000_000n,
    limit,
    direction,
    ...(categorize === undefined ? {} : { categorize }),
  })
}

const linesOf = (result: LogqlResult): string[] =>
  result.type === 'streams'
    ? result.streams
        .flatMap(({ entries }) => entries)
        .toSorted((a, b) => (a.tsNs < b.tsNs ? -1 : 1))
        .map(({ line }) => line)
    : []

/** `a=b,c=d` → value, for an instant answer. */
const valuesOf = (result: LogqlResult): Record<string, number> =>
  Object.fromEntries(
    (result.type === 'vector' ? result.samples : []).map(({ labels, point }) => [
      Object.entries(labels)
        .map(([name, value]) => `${name}=${value}`)
        .toSorted()
        .join(','),
      point.value,
    ]),
  )

describe('lines', () => {
  test('of a selector are its newest ones, by stream', async () => {
    const result = await ask('{namespace="shop", container="app"}', { limit: 3 })
    expect(linesOf(result)).toHaveLength(3)
    expect(result).toMatchObject({
      type: 'streams',
      streams: expect.arrayContaining([
        expect.objectContaining({
          labels: expect.objectContaining({ service_name: 'cart', job: 'shop/app', app: 'cart', pod: 'cart-7d9f8b6c5d-x2x4z' }),
        }),
      ]),
    })
  })

  test.each([
    ['{namespace="shop"} |= "query 12"', 1],
    ['{namespace="shop"} |= "query" != "1 "', 27],
    ['{namespace=~"shop|pay", container!="app"} |~ "quer[yz] 2\\\\d"', 10],
    ['{service_name="db"}', 30],
    ['{job="pay/nginx"} |> "<_> - - <_> 500 <_>"', 4],
    ['{job="pay/nginx"} |> "<_> 12"', 20],
    ['{job="pay/nginx"} !> "<_> 500 12"', 16],
    ['{job="pay/nginx"} |= ip("10.1.0.0/30")', 4],
    ['{app="cart"} | json | level="error"', 6],
    ['{app="cart"} | json | took > 50ms', 9],
    ['{app="cart"} | json | user_id="1" and size >= 30', 10],
    ['{pod="db-0"} | logfmt | rows > 20', 9],
    ['{pod="db-0"} | logfmt | addr=ip("10.0.0.4-10.0.0.8")', 5],
    ['{namespace="pay"} | pattern `<ip> - - "<method> <path> <_>" <status> <size>` | status="500"', 4],
    ['{app=~".+"}', 60],
    ['{app!="cart", namespace=~".+"}', 50],
    ['{app="", namespace=~".+"}', 50],
    ['{namespace="nope"}', 0],
    ['{nope="x"}', 0],
  ])('%s: %d', async (query, count) => {
    expect(linesOf(await ask(query, { limit: 1000 }))).toHaveLength(count)
  })

  test('are made by line_format, and labels by label_format', async () => {
    const result = await ask('{app="cart"} | json | level="error" | line_format "{{.level}} {{.took}}" | keep level', {
      limit: 2,
    })
    expect(linesOf(result)).toEqual(['error 40ms', 'error 50ms'])
    expect(result).toMatchObject({ streams: [{ labels: { level: 'error' } }] })
  })

  test('keep kinds of labels apart where they are asked to', async () => {
    const result = await ask('{app="cart"} | json level="level"', { limit: 1, categorize: true })
    expect(result).toMatchObject({
      streams: [
        {
          labels: { app: 'cart', service_name: 'cart' },
          entries: [{ parsed: { level: 'info' }, structuredMetadata: { detected_level: 'info' } }],
        },
      ],
    })
  })
})

test('a test behind a parser reads lines alone that may pass it', async () => {
  const read = async (query: string) => (await ask(query, { limit: 1000 })).stats
  expect(await read('{app="cart"} | json | level="error"')).toMatchObject({ lines: 6, linesOut: 6 })
  expect(await read('{pod="db-0"} | logfmt | level=~"warn|error"')).toMatchObject({ lines: 8, linesOut: 8 })
  expect(await read('{app="cart"} | json | level!="info"')).toMatchObject({ lines: 60, linesOut: 6 })
  expect(await read('{app="cart"} | json | app="cart"')).toMatchObject({ linesOut: 60 })
})

describe('numbers', () => {
  test.each<[string, Record<string, number>]>([
    ['sum(count_over_time({namespace="shop"}[1h]))', { '': 90 }],
    [
      'sum by (container) (count_over_time({namespace=~".+"}[1h]))',
      { 'container=app': 60, 'container=postgres': 30, 'container=nginx': 20 },
    ],
    [
      'sum by (app, service_name) (count_over_time({namespace="shop"}[1h]))',
      { 'app=cart,service_name=cart': 60, 'service_name=db': 30 },
    ],
    ['sum by (detected_level) (count_over_time({pod="db-0"}[1h]))', { 'detected_level=warn': 8, 'detected_level=info': 22 }],
    ['sum(rate({namespace="shop"} |= "query" [30s]))', { '': 14 / 30 }],
    ['sum by (level) (count_over_time({app="cart"} | json [1h]))', { 'level=error': 6, 'level=info': 54 }],
    ['sum(bytes_over_time({namespace="pay"}[1h]))', { '': 860 }],
    ['max(max_over_time({app="cart"} | json | unwrap size [1h]))', { '': 59 }],
    ['avg_over_time({app="cart"} | json | unwrap duration(took) [1h]) by (app)', { 'app=cart': 0.0295 }],
    ['quantile_over_time(0.5, {app="cart"} | json | unwrap size [1h]) by (app)', { 'app=cart': 29.5 }],
    [
      'sum by (user_id) (sum_over_time({app="cart"} | json | unwrap size [1h]))',
      { 'user_id=0': 570, 'user_id=1': 590, 'user_id=2': 610 },
    ],
    ['topk(1, sum by (container) (count_over_time({namespace=~".+"}[1h])))', { 'container=app': 60 }],
    ['sum(count_over_time({namespace="shop"}[1h])) / sum(count_over_time({namespace="pay"}[1h]))', { '': 4.5 }],
    ['sum by (container) (count_over_time({namespace=~".+"}[1h])) > 25', { 'container=app': 60, 'container=postgres': 30 }],
    ['absent_over_time({namespace="nope", x=~"y.+"}[1h])', { 'namespace=nope': 1 }],
    ['absent_over_time({namespace="shop"}[1h])', {}],
    ['vector(1) + vector(1)', { '': 2 }],
    [
      'label_replace(sum by (container) (count_over_time({namespace="pay"}[1h])), "c", "x-$1", "container", "(.*)x")',
      { 'c=x-ngin,container=nginx': 20 },
    ],
    [
      'sum by (level, detected_level) (count_over_time({app="cart"} | drop __error__ [1h]))',
      { 'detected_level=error': 6, 'detected_level=info': 54 },
    ],
    ['count(sum by (pod) (count_over_time({namespace=~".+"}[1h])))', { '': 3 }],
  ])('%s', async (query, values) => {
    const found = valuesOf(await ask(query))
    expect(Object.keys(found).toSorted()).toEqual(Object.keys(values).toSorted())
    for (const [key, value] of Object.entries(values)) expect(found[key], key).toBeCloseTo(value, 9)
  })

  test('at each step are those of a window that ends there', async () => {
    const result = await ask('sum(count_over_time({app="cart"}[20s]))', { step: 10 })
    expect(result).toMatchObject({
      type: 'matrix',
      series: [{ labels: {}, points: [1, 11, 20, 20, 20, 20, 19].map((value, i) => ({ tsNs: ns(i * 10), value })) }],
    })
    const lines = await ask('sum(count_over_time({app="cart"} | json [20s]))', { step: 10 })
    expect(lines.type === 'matrix' && lines.series).toEqual(result.type === 'matrix' && result.series)
  })

  test('of lines with errors are refused, with what skips them', async () => {
    await expect(ask('sum by (x) (count_over_time({pod="db-0"} | json [1h]))')).rejects.toThrow(
      /pipeline error: 'JSONParserErr'.*__error__=""/,
    )
    expect(valuesOf(await ask('sum by (x) (count_over_time({pod="db-0"} | json | __error__="" [1h]))'))).toEqual({})
    expect(valuesOf(await ask('sum(count_over_time({pod="db-0"} | json [1h]))'))).toEqual({ '': 30 })
  })
})

test('an expression that is slow on long lines ends with the time of the request', async () => {
  const letters = Array.from({ length: 200_000 }, (_, i) => (((i * i * 7919) >> 5) % 2 === 0 ? 'a' : 'b')).join('')
  const values = Array.from({ length: 12 }, (_, i): [string, string] => [String(ns(i)), `${letters}${i}`])
  await push([{ stream: { namespace: 'slow', pod: 'slow', container: 'app' }, values }])
  const reading = createReading({ store: service.store, limits: { timeMs: 1500 }, work: createRequestWork() })
  const text = '{namespace="slow"} | regexp "(?P<x>[ab]*a[ab]{200}[^ab0-9])"'
  const expr = parseLogQL(text)
  const began = performance.now()
  const times = { startNs: ns(0), endNs: ns(60), stepNs: 0n, limit: 100, direction: 'forward' as const }
  const result = await runLogQL({ reading, tenant: 'default', text, expr, ...times }).then(
    ({ stats }) => stats.linesOut,
    (error: unknown) => error,
  )
  // A machine that is quick enough answers within the time.
  if (result !== 12) expect(result).toMatchObject({ code: 'query-limit' })
  expect(performance.now() - began).toBeLessThan(15_000)
})
