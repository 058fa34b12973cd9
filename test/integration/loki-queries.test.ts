// The requests of Grafana's data source, of Logs Drilldown and of logcli, as they send them, with answers that are
// computed from the corpus.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lokiCorpus, postCorpus, type CorpusLine } from '#test/support/loki-corpus.ts'
import {
  linesOf,
  linesOfCorpus,
  lokiClient,
  type LokiClient,
  type QueryData,
  type StreamJson,
} from '#test/support/loki-client.ts'
import { startTestService, type TestService } from '#test/support/service.ts'

const second = 1_000_000_000n
const begin = (BigInt(Date.now() - 3_700_000) / 1000n) * 1000n * 1_000_000n
const end = begin + 3600n * second
const corpus = lokiCorpus(begin)
let service: TestService
let loki: LokiClient
beforeAll(async () => {
  service = await startTestService()
  await postCorpus(service.url, corpus)
  loki = lokiClient(service.url, { start: String(begin), end: String(end) })
})
afterAll(() => service[Symbol.asyncDispose]())

const of = (labels: Record<string, string>): CorpusLine[] =>
  corpus.filter((line) => Object.entries(labels).every(([name, value]) => line.labels[name] === value))
const newest = (lines: readonly CorpusLine[], count: number): CorpusLine[] => lines.toReversed().slice(0, count)
const oldest = (lines: readonly CorpusLine[], count: number): CorpusLine[] => lines.slice(0, count)
const shop = of({ namespace: 'shop' })
const cart = of({ service_name: 'cart' })
const pay = of({ service_name: 'pay' })
const edge = of({ app: 'edge' })
const limit = '5000'

describe('lines', () => {
  test.each<[string, Record<string, string>, CorpusLine[]]>([
    ['{namespace="shop"}', { limit }, shop],
    ['{namespace="shop", stream="stderr"}', { limit }, shop.filter(({ labels }) => labels['stream'] === 'stderr')],
    ['{pod=~"cart-.+"}', { limit }, cart],
    ['{service_name!="cart", namespace=~".+"}', { limit }, [...pay, ...edge]],
    ['{job="web/nginx"}', { limit }, edge],
    ['{team_name="web"}', { limit }, edge],
    ['{unit="kubelet.service"}', { limit }, of({ unit: 'kubelet.service' })],
    ['{namespace="shop"} |= "failed"', { limit }, cart.filter(({ status }) => status! >= 500)],
    ['{namespace="shop"} |= "status" != "served" |~ "refused|failed"', { limit }, shop.filter(({ status }) => status! >= 500)],
    ['{namespace="shop"} |= `"path":"/cart/3"`', { limit }, cart.filter(({ path }) => path === '/cart/3')],
    [
      '{app="edge"} |> `<_> "GET /edge/2 <_>" 404 <_>`',
      { limit },
      edge.filter(({ path, status }) => path === '/edge/2' && status === 404),
    ],
    ['{service_name="cart"} | json | status >= 400', { limit }, cart.filter(({ status }) => status! >= 400)],
    [
      '{service_name="cart"} | json | level="error" or duration_ms > 90',
      { limit },
      cart.filter(({ level, tookMs }) => level === 'error' || tookMs! > 90),
    ],
    ['{service_name="pay"} | logfmt | took > 80ms', { limit }, pay.filter(({ tookMs }) => tookMs! > 80)],
    ['{namespace="shop"} | detected_level="error"', { limit }, shop.filter(({ level }) => level === 'error')],
    [
      '{namespace="shop"} | trace_id=`4bf92f3577b34da6a3ce929d0e000007`',
      { limit },
      shop.filter(({ traceId }) => traceId.endsWith('0e000007')),
    ],
    [
      '{app="edge"} | pattern `<addr> - - "<method> <path> <_>" <status> <_>` | status="500"',
      { limit },
      edge.filter(({ status }) => status === 500),
    ],
    ['{app="edge"} | regexp `" (?P<code>\\d{3}) ` | code="404"', { limit }, edge.filter(({ status }) => status === 404)],
    ['{app="edge"} |= ip("10.0.2.0/24")', { limit }, edge.filter(({ message }) => message.startsWith('10.0.2.'))],
    ['{namespace="none"}', { limit }, []],
    [
      '{namespace="shop"}',
      { limit, start: String(begin + 600n * second), end: String(begin + 660n * second) },
      shop.filter(({ ts }) => ts >= begin + 600n * second && ts < begin + 660n * second),
    ],
  ])('%s %o', async (query, parameters, expected) => {
    const { status, data, text } = await loki.get('query_range', { query, ...parameters })
    expect(status, text).toBe(200)
    expect(linesOf(data)).toEqual(linesOfCorpus(expected))
  })

  test('newest first up to a limit, oldest first, and the other way', async () => {
    const query = '{service_name="pay"}'
    const texts = async (parameters: Record<string, string>) =>
      ((await loki.get('query_range', { query, ...parameters })).data as QueryData & { result: StreamJson[] }).result
        .flatMap(({ values }) => values)
        .map(([ts]) => ts)
    const times = (lines: readonly CorpusLine[]) => lines.map(({ ts }) => String(ts))
    const backward = await texts({ limit: '7', direction: 'backward' })
    expect(backward.toSorted().toReversed()).toEqual(times(newest(pay, 7)))
    expect((await texts({ limit: '7', direction: 'FORWARD' })).toSorted()).toEqual(times(oldest(pay, 7)))
    expect(await texts({})).toHaveLength(100)
  })

  test('an interval leaves out what is nearer', async () => {
    const { data } = await loki.get('query_range', { query: '{service_name="pay"}', interval: '60', limit, direction: 'forward' })
    expect(linesOf(data)).toEqual(linesOfCorpus(pay.filter((_, i) => i % 6 === 0)))
  })

  test('a stream has its labels, and those of its lines where they are not told apart', async () => {
    const query = '{service_name="pay"} | logfmt path'
    const { data } = await loki.get('query_range', { query, limit: '1', direction: 'forward' })
    const { labels, path, level, traceId, record } = pay[0]!
    const [stream] = (data as { result: StreamJson[] }).result
    expect(stream!.stream).toEqual({
      ...labels,
      path,
      detected_level: level,
      trace_id: traceId,
      pod_uid: record['podUid'],
      restart: '0',
    })
  })

  test('labels of lines are told apart where the client can read it, as Grafana does', async () => {
    const query = '{service_name="pay"} | logfmt path'
    const headers = { 'x-loki-response-encoding-flags': 'categorize-labels' }
    const { data } = await loki.get('query_range', { query, limit: '2', direction: 'forward' }, headers)
    const { labels, path, level, traceId, record, ts, message } = pay[0]!
    expect(data).toMatchObject({ resultType: 'streams', encodingFlags: ['categorize-labels'] })
    const [stream] = (data as { result: StreamJson[] }).result
    expect(stream).toMatchObject({
      stream: labels,
      values: [
        [
          String(ts),
          message,
          {
            structuredMetadata: { detected_level: level, trace_id: traceId, pod_uid: record['podUid'], restart: '0' },
            parsed: { path },
          },
        ],
        [String(pay[1]!.ts), pay[1]!.message, expect.anything()],
      ],
    })
  })

  test('a line is formatted', async () => {
    const query = '{service_name="pay"} | logfmt | line_format "{{.status}} {{.path}}"'
    const { data } = await loki.get('query_range', { query, limit })
    expect(linesOf(data)).toEqual(pay.map(({ ts, status, path }) => `${ts} ${status} ${path}`).toSorted())
  })

  test('batches that overlap by one time, as logcli reads, have every line', async () => {
    const query = '{namespace="shop"}'
    const all = new Set<string>()
    for (let until = end; ;) {
      const { data } = await loki.get('query_range', { query, limit: '100', end: String(until), direction: 'BACKWARD' })
      const lines = linesOf(data)
      const before = all.size
      for (const line of lines) all.add(line)
      if (all.size === before) break
      until = BigInt(lines[0]!.split(' ')[0]!) + 1n
    }
    expect([...all].toSorted()).toEqual(linesOfCorpus(shop))
  })
})

describe('fields of Logs Drilldown', () => {
  test('are those of JSON and of logfmt', async () => {
    const { body } = await loki.get('detected_fields', {
      query: '{service_name="cart"} | json | logfmt | drop __error__, __error_details__',
      line_limit: '1000',
    })
    const fields = body['fields'] as { label: string; type: string; cardinality: number; parsers: string[] | null }[]
    const statuses = new Set(newest(cart, 1000).map(({ status }) => status))
    expect(fields).toContainEqual({ label: 'status', type: 'int', cardinality: statuses.size, parsers: ['json'] })
    expect(fields.map(({ label }) => label)).toEqual(expect.arrayContaining(['duration_ms', 'path', 'trace_id', 'level', 'msg']))
    expect(fields.map(({ label }) => label)).not.toContain('namespace')
  })

  test('have values', async () => {
    const { body } = await loki.get('detected_field/path/values', { query: '{service_name="pay"}', line_limit: '1000' })
    expect(body).toEqual({ values: [0, 1, 2, 3, 4].map((i) => `/pay/${i}`), limit: 1000 })
  })

  test('its limits are told', async () => {
    const { body } = await loki.get('drilldown-limits')
    expect(body).toMatchObject({
      limits: { volume_enabled: true, discover_service_name: expect.any(Array) },
      version: expect.any(String),
    })
    expect((await loki.get('status/buildinfo')).body).toMatchObject({ version: expect.stringMatching(/^3\./) })
  })
})

test('a query is formatted', async () => {
  expect((await loki.post('format_query', { query: '{ namespace = "shop" }|="x"' })).body).toEqual({
    status: 'success',
    data: '{namespace="shop"} |= "x"',
  })
})

test('statistics say how many lines were read', async () => {
  const { data } = await loki.get('query_range', { query: '{service_name="pay"}', limit })
  expect((data as QueryData).stats.summary).toMatchObject({ totalEntriesReturned: pay.length, totalLinesProcessed: pay.length })
})

test.each([
  ['query_range', {}, /^query is missing/],
  ['query_range', { query: '{' }, /^parse error at line 1, col 2/],
  ['query_range', { query: '{a="b"}\n| nothing' }, /^parse error at line 2, col/],
  ['query_range', { query: '{}' }, /at least one/],
  ['query_range', { query: '{a=~"("}' }, /parse error|regexp/],
  ['query_range', { query: '{a="b"}', limit: '10001' }, /^max entries limit per query exceeded/],
  ['query_range', { query: '{a="b"}', start: '20', end: '10' }, /^end must not be before start/],
  ['query_range', { query: '{a="b"}', direction: 'up' }, /^could not parse direction/],
  ['query_range', { query: 'rate({a="b"}[1m])', step: '0' }, /^step must be above 0/],
  ['query_range', { query: 'rate({a="b"}[1m])', step: '1ms' }, /more than 11000 points/],
  ['query', { query: '{a="b"}' }, /ask for a range/],
  ['query', { query: 'vector(1)', time: 'noon' }, /^could not parse time/],
  ['detected_fields', { query: 'vector(1)' }, /give a query of lines/],
  ['format_query', { query: 'sum(' }, /^parse error/],
])('%s with %o is a 400 in plain text', async (path, parameters, message) => {
  const { status, type, text } = await loki.get(path, parameters)
  expect([status, type]).toEqual([400, 'text/plain; charset=utf-8'])
  expect(text).toMatch(message)
  expect(text.trimEnd()).not.toContain('\n\n')
})
