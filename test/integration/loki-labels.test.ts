// Labels, values, series, statistics and volumes as Grafana, Logs Drilldown and logcli ask for them, checked against the
// corpus.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lokiCorpus, postCorpus, type CorpusLine } from '#test/support/loki-corpus.ts'
import { labelsText, lokiClient, type LokiClient, type Parameters } from '#test/support/loki-client.ts'
import { fixture } from '#test/support/kubernetes.ts'
import { startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
let loki: LokiClient
const begin = BigInt(Date.now() - 3_700_000) * 1_000_000n
const corpus = lokiCorpus(begin)
const range = { start: String(begin), end: String(begin + 3_600_000_000_000n) }
beforeAll(async () => {
  service = await startTestService()
  await postCorpus(service.url, corpus)
  loki = lokiClient(service.url, range)
})
afterAll(() => service[Symbol.asyncDispose]())

const data = async (path: string, parameters?: Parameters) => (await loki.get(path, parameters)).data
const unique = (values: readonly string[]): string[] => [...new Set(values)].toSorted()
const valuesOf = (name: string, lines: readonly CorpusLine[] = corpus): string[] =>
  unique(lines.flatMap(({ labels }) => labels[name] ?? []))

describe('labels', () => {
  test('are those of the range, sorted', async () => {
    expect(await data('labels')).toEqual(unique(corpus.flatMap(({ labels }) => Object.keys(labels))))
    expect(await data('labels', { start: '0', end: '1' })).toEqual([])
  })

  test('are those of a selector', async () => {
    expect(await data('labels', { query: '{unit="kubelet.service"}' })).toEqual([
      'cluster',
      'job',
      'node',
      'service_name',
      'unit',
    ])
  })

  test.each(['namespace', 'pod', 'container', 'node', 'stream', 'unit', 'cluster', 'job', 'service_name', 'app', 'team_name'])(
    '%s has the values of the corpus',
    async (name) => {
      expect(await data(`label/${name}/values`)).toEqual(valuesOf(name))
    },
  )

  test('values of a selector, by GET and by POST', async () => {
    const query = '{namespace="shop", stream!="stderr"}'
    const expected = valuesOf(
      'pod',
      corpus.filter(({ labels }) => labels['namespace'] === 'shop'),
    )
    expect(await data('label/pod/values', { query })).toEqual(expected)
    expect((await loki.post('label/pod/values', { query })).data).toEqual(expected)
  })

  test('a label that no line has, has no values', async () => {
    expect(await data('label/nothing/values')).toEqual([])
  })
})

test('labels of a pod that Kubernetes reported are those of its streams', async () => {
  const headers = { 'x-scope-orgid': 'known', 'content-type': 'application/json' }
  await postCorpus(service.url, corpus.slice(0, 200), headers)
  const pod = fixture('pod-replacement', (object) => {
    const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'pay', uid: 'owner-uid', controller: true }
    object['metadata'] = {
      ...object['metadata'],
      uid: '5b0c1d2e-0000-4000-8000-000000000003',
      name: 'pay-0',
      namespace: 'shop',
      labels: { 'app.kubernetes.io/name': 'payments' },
      ownerReferences: [owner],
    }
  })
  await fetch(`${service.url}/v1/lifecycle`, { method: 'POST', headers, body: JSON.stringify(pod) })
  const known = lokiClient(service.url, range)
  const ask = async (path: string, parameters: Parameters = {}) => (await known.get(path, parameters, headers)).data
  await expect.poll(() => ask('label/statefulset/values'), { timeout: 30_000 }).toEqual(['pay'])
  expect(await ask('labels')).toEqual(expect.arrayContaining(['app_kubernetes_io_name', 'statefulset', 'pod']))
  expect(await ask('label/pod/values', { query: '{app_kubernetes_io_name="payments"}' })).toEqual(['pay-0'])
  const ofPay = corpus.slice(0, 200).filter(({ labels }) => labels['pod'] === 'pay-0')
  expect(await ask('index/volume', { query: '{statefulset=~".+"}' })).toMatchObject({
    result: [{ metric: { statefulset: 'pay' }, value: [expect.any(Number), String(bytesOf(ofPay))] }],
  })
})

const setsOf = (lines: readonly CorpusLine[]) => unique(lines.map(({ labels }) => labelsText(labels)))
const seriesText = (series: unknown): string[] => (series as Record<string, string>[]).map(labelsText).toSorted()

test('series are the sets of labels of any of the selectors, once', async () => {
  const shop = corpus.filter(({ labels }) => labels['namespace'] === 'shop')
  expect(seriesText(await data('series', { 'match[]': '{namespace="shop"}' }))).toEqual(setsOf(shop))
  expect(seriesText(await data('series', { 'match[]': ['{namespace="shop"}', '{pod=~"pay.*"}', '{unit=~".+"}'] }))).toEqual(
    setsOf(corpus.filter(({ labels }) => labels['namespace'] !== 'web')),
  )
  expect(seriesText(await data('series', { match: '{app="edge"}' }))).toEqual(
    setsOf(corpus.filter(({ labels }) => labels['app'] === 'edge')),
  )
})

const bytesOf = (lines: readonly CorpusLine[]): number => lines.reduce((sum, { message }) => sum + Buffer.byteLength(message), 0)

test('statistics count lines that were sent twice once', async () => {
  const shop = corpus.filter(({ labels }) => labels['namespace'] === 'shop')
  expect((await loki.get('index/stats', { query: '{namespace="shop"}' })).body).toMatchObject({
    streams: setsOf(shop).length,
    entries: shop.length,
    bytes: bytesOf(shop),
  })
  expect((await loki.get('index/stats', { query: '{namespace="none"}' })).body).toEqual({
    streams: 0,
    chunks: 0,
    entries: 0,
    bytes: 0,
  })
})

describe('volumes', () => {
  const byService = (lines: readonly CorpusLine[]) =>
    valuesOf('service_name', lines)
      .map((name) => ({ name, bytes: bytesOf(lines.filter(({ labels }) => labels['service_name'] === name)) }))
      .toSorted((a, b) => b.bytes - a.bytes)

  test("as Logs Drilldown's first page asks", async () => {
    const volume = await data('index/volume', { query: '{service_name=~".+"}', limit: '5000' })
    expect(volume).toMatchObject({
      resultType: 'vector',
      result: byService(corpus).map(({ name, bytes }) => ({
        metric: { service_name: name },
        value: [expect.any(Number), String(bytes)],
      })),
    })
  })

  test('over time, by level', async () => {
    const query = '{service_name="cart"}'
    const answer = (await data('index/volume_range', { query, targetLabels: 'detected_level', step: '600' })) as {
      resultType: string
      result: { metric: Record<string, string>; values: [number, string][] }[]
    }
    const cart = corpus.filter(({ labels }) => labels['service_name'] === 'cart')
    expect(answer.resultType).toBe('matrix')
    const sums = answer.result.map(({ metric, values }) => [
      metric['detected_level'],
      values.reduce((sum, [, bytes]) => sum + Number(bytes), 0),
    ])
    expect(Object.fromEntries(sums)).toEqual(
      Object.fromEntries(['info', 'warn', 'error'].map((level) => [level, bytesOf(cart.filter((line) => line.level === level))])),
    )
    expect(answer.result[0]!.values.map(([time]) => time)).toEqual(
      [0, 1, 2, 3, 4, 5].map((i) => Math.round(Number(begin / 1_000_000n)) / 1000 + 600 * i),
    )
  })
})

test('patterns have the numbers of their lines over time', async () => {
  const patterns = (await data('patterns', { query: '{service_name="pay"}', step: '600' })) as {
    pattern: string
    samples: [number, number][]
  }[]
  const pay = corpus.filter(({ labels }) => labels['service_name'] === 'pay')
  const total = patterns.flatMap(({ samples }) => samples).reduce((sum, [, count]) => sum + count, 0)
  expect([total, patterns.length > 0 && patterns.length < 10]).toEqual([pay.length, true])
  expect(patterns[0]!.pattern).toContain('<_>')
  for (const { samples } of patterns) for (const [time] of samples) expect(time % 600).toBe(0)
})

test('detected labels have their cardinality', async () => {
  const { body } = await loki.get('detected_labels', { query: '{namespace="shop"}' })
  expect(body['detectedLabels']).toContainEqual({ label: 'pod', cardinality: 3 })
})

test.each([
  ['label/pod/values', { query: '{namespace=' }, /^parse error at line 1, col \d+/],
  ['label/a-b/values', {}, /^"a-b" is no label/],
  ['series', {}, /^match\[\] is missing/],
  ['series', { 'match[]': '{a="b"} |= "x"' }, /only label matchers/],
  ['index/stats', {}, /^query is missing/],
  ['index/volume', { query: '{a="b"}', aggregateBy: 'pods' }, /^aggregateBy must be series or labels/],
  ['labels', { start: 'x' }, /^could not parse start/],
])('%s with %o is a 400 in plain text', async (path, parameters, message) => {
  const { status, type, text } = await loki.get(path, parameters)
  expect([status, type]).toEqual([400, 'text/plain; charset=utf-8'])
  expect(text).toMatch(message)
})

test('another tenant has no labels', async () => {
  const { body } = await loki.get('labels', {}, { 'x-scope-orgid': 'other' })
  expect(body).toEqual({ status: 'success', data: [] })
})
