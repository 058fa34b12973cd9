// Metric queries of Grafana's panels, of its explorer and of logcli, with values that are computed from the corpus.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lokiCorpus, postCorpus, type CorpusLine } from '#test/support/loki-corpus.ts'
import { lokiClient, seriesOf, type LokiClient, type QueryData } from '#test/support/loki-client.ts'
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
const counts = (lines: readonly CorpusLine[], label: (line: CorpusLine) => string): string[] =>
  [...Map.groupBy(lines, label)].map(([labels, group]) => `${labels} ${group.length}`).toSorted()

const shop = of({ namespace: 'shop' })
const cart = of({ service_name: 'cart' })
const pay = of({ service_name: 'pay' })
const edge = of({ app: 'edge' })

describe('numbers at one time', () => {
  const at = { time: String(end) }
  const minutes = (count: number, lines: readonly CorpusLine[]) =>
    lines.filter(({ ts }) => ts > end - BigInt(60 * count) * second)
  test.each<[string, string[]]>([
    ['vector(1)+vector(1)', [' 2']],
    ['count(count_over_time({service_name="pay"}[10m]))', [` ${minutes(10, pay).length}`]],
    ['sum(count_over_time({namespace="shop"}[1h]))', [` ${minutes(60, shop).length}`]],
    [
      'sum by (pod) (count_over_time({namespace="shop"}[30m]))',
      counts(minutes(30, shop), ({ labels }) => `pod=${JSON.stringify(labels['pod'])}`),
    ],
    [
      'sum by (detected_level) (count_over_time({namespace="shop"}[1h]))',
      counts(minutes(60, shop), ({ level }) => `detected_level="${level}"`),
    ],
    [
      'sum by (level) (count_over_time({namespace="shop"} | json | logfmt | drop __error__, __error_details__ [1h]))',
      counts(minutes(60, shop), ({ level }) => `level="${level}"`),
    ],
    [
      'topk(1, sum by (service_name) (count_over_time({namespace="shop"}[1h])))',
      [`service_name="cart" ${minutes(60, cart).length}`],
    ],
    [
      'sum(rate({service_name="cart"} |= "failed" [1h]))',
      [` ${minutes(60, cart).filter(({ status }) => status! >= 500).length / 3600}`],
    ],
    ['sum(bytes_over_time({app="edge"}[10m]))', [` ${minutes(10, edge).reduce((sum, { message }) => sum + message.length, 0)}`]],
    [
      'max(max_over_time({service_name="pay"} | logfmt | unwrap duration_seconds(took) [20m])) * 1000',
      [` ${Math.max(...minutes(20, pay).map(({ tookMs }) => tookMs!))}`],
    ],
    [
      'sum(sum_over_time({service_name="cart"} | json | unwrap duration_ms [1h])) / sum(count_over_time({service_name="cart"}[1h]))',
      [` ${minutes(60, cart).reduce((sum, { tookMs }) => sum + tookMs!, 0) / minutes(60, cart).length}`],
    ],
    ['absent_over_time({namespace="none"}[5m])', ['namespace="none" 1']],
    [
      'sum(count_over_time({namespace="shop"}[10m] offset 30m))',
      [` ${minutes(40, shop).filter(({ ts }) => ts <= end - 1800n * second).length}`],
    ],
  ])('%s', async (query, expected) => {
    const { status, data, text } = await loki.get('query', { query, ...at })
    expect(status, text).toBe(200)
    expect((data as QueryData).resultType).toBe('vector')
    expect(seriesOf(data)).toEqual(expected)
  })

  test('a number alone is a scalar', async () => {
    expect((await loki.get('query', { query: '1+1', ...at })).data).toMatchObject({
      resultType: 'scalar',
      result: [Number(end / 1_000_000n) / 1000, '2'],
    })
  })
})

describe('numbers over time', () => {
  test('the histogram above the lines of Explore: by level, each step a window', async () => {
    const query = 'sum by (level, detected_level) (count_over_time({namespace="shop"} | drop __error__ [600s]))'
    const { data } = await loki.post('query_range', { query, step: '600000ms' })
    expect((data as QueryData).resultType).toBe('matrix')
    const windows = [1, 2, 3, 4, 5, 6].map((i) => ({
      from: begin + BigInt(600 * (i - 1)) * second,
      to: begin + BigInt(600 * i) * second,
    }))
    const expected = ['error', 'info', 'warn'].map((level) => {
      const numbers = windows.map(
        ({ from, to }) => shop.filter((line) => line.level === level && line.ts > from && line.ts <= to).length,
      )
      // The first step has the lines of its very time.
      const first = shop.filter((line) => line.level === level && line.ts === begin).length
      return `detected_level="${level}" ${[...(first > 0 ? [first] : []), ...numbers.filter((number) => number > 0)].join(' ')}`
    })
    expect(seriesOf(data)).toEqual(expected.toSorted())
  })

  test('a step that is not given is a 250th of the range', async () => {
    const { data } = await loki.get('query_range', { query: 'sum(count_over_time({namespace="shop"}[1m]))' })
    const [series] = (data as { result: { values: [number, string][] }[] }).result
    expect(series!.values[1]![0] - series!.values[0]![0]).toBe(14)
  })
})
