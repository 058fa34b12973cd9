// deploy/grafana: every query of its dashboard is answered, with the variables filled in as Grafana does, and its files
// name the same data sources.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { lokiCorpus, postCorpus } from '#test/support/loki-corpus.ts'
import { lokiClient, type QueryData } from '#test/support/loki-client.ts'
import { fixture } from '#test/support/kubernetes.ts'
import { listsHave, request, startTestService, type TestService } from '#test/support/service.ts'

interface Target {
  refId: string
  datasource: { type: string; uid: string }
  expr?: string
  url?: string
  root_selector?: string
  url_options?: { params: { key: string; value: string }[] }
  columns?: { selector: string; text: string }[]
}
interface Dashboard {
  uid: string
  panels: { id: number; title: string; description: string; targets: Target[] }[]
  templating: { list: { name: string; query: { label: string; stream: string } }[] }
}
const folder = 'deploy/grafana'
const dashboard = JSON.parse(readFileSync(`${folder}/dashboards/dead-pods.json`, 'utf8')) as Dashboard
const { datasources } = parse(readFileSync(`${folder}/provisioning/datasources/afterlog.yaml`, 'utf8')) as {
  datasources: { uid: string; type: string; url: string }[]
}
const targets = dashboard.panels.flatMap((panel) => panel.targets.map((target) => ({ title: panel.title, ...target })))

const begin = Date.now() - 3_700_000
const range = { from: new Date(begin).toISOString(), to: new Date(begin + 3_650_000).toISOString() }
const diedAt = new Date(begin + 3_000_000).toISOString()

let service: TestService
beforeAll(async () => {
  service = await startTestService()
  await postCorpus(service.url, lokiCorpus(BigInt(begin) * 1_000_000n))
  const dead = fixture('pod-replacement', (object) => {
    Object.assign(object['metadata'], { uid: 'dead-1', name: 'cart-0', creationTimestamp: range.from })
    const terminated = { exitCode: 1, reason: 'Error', startedAt: range.from, finishedAt: diedAt, containerID: 'containerd://aa' }
    object['status'] = { phase: 'Failed', containerStatuses: [{ name: 'app', restartCount: 0, state: { terminated } }] }
  })
  await request(`${service.url}/v1/lifecycle`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(dead),
  })
  await listsHave(service.url)
})
afterAll(() => service[Symbol.asyncDispose]())

/** As Grafana fills variables in: of all values, the expression of the variable for all. */
const filled = (text: string, namespace: string, pod: string): string =>
  text
    .replaceAll('$namespace', namespace)
    .replaceAll('$pod', pod)
    .replaceAll('$__auto', '1m')
    .replaceAll('${__from:date:iso}', range.from)
    .replaceAll('${__to:date:iso}', range.to)

test('the data sources of panels are those that are provisioned, at one address', () => {
  const known = datasources.map(({ uid, type }) => `${type} ${uid}`)
  expect(known).toHaveLength(2)
  for (const { title, datasource } of targets) expect(known, title).toContain(`${datasource.type} ${datasource.uid}`)
  expect(new Set(datasources.map(({ url }) => url))).toEqual(new Set(['${AFTERLOG_URL}']))
  expect(dashboard.panels.map(({ description }) => description)).not.toContain('')
})

describe('queries of lines', () => {
  const chosen = [
    ['.+', '.+'],
    ['shop|web', 'cart-7d9f8b6c5d-x2x4z|pay-0'],
  ] as const
  test.each(
    targets.flatMap(({ title, expr }) => (expr === undefined ? [] : chosen.map((values) => [title, expr, values] as const))),
  )('%s: %s with %o', async (_, expr, [namespace, pod]) => {
    const loki = lokiClient(service.url, { start: range.from, end: range.to, step: '60s' })
    const { status, data, text } = await loki.post('query_range', { query: filled(expr, namespace, pod), limit: '500' })
    expect(status, text).toBe(200)
    const { result } = data as QueryData & { result: unknown[] }
    if (!expr.includes('unit=~')) expect(result.length).toBeGreaterThan(0)
  })
})

test('variables have values', async () => {
  const loki = lokiClient(service.url, { start: range.from, end: range.to })
  for (const { name, query } of dashboard.templating.list) {
    const parameters = query.stream === '' ? {} : { query: filled(query.stream, '.+', '.+') }
    const { data } = await loki.get(`label/${query.label}/values`, parameters)
    expect((data as string[]).length, name).toBeGreaterThan(1)
  }
})

test('the table of deaths has the pod that died, and each of its columns', async () => {
  const [table] = targets.filter(({ url }) => url !== undefined)
  const parameters = new URLSearchParams(
    table!.url_options!.params.map(({ key, value }): [string, string] => [key, filled(value, '', '')]),
  )
  const { status, body } = await request(`${service.url}${table!.url}?${parameters.toString()}`)
  expect([status, (body[table!.root_selector!] as unknown[]).length]).toEqual([200, 1])
  const [pod] = body[table!.root_selector!] as Record<string, unknown>[]
  expect(pod).toMatchObject({ name: 'cart-0', outcome: 'crashed' })
  for (const { selector } of table!.columns!) expect(pod).toHaveProperty(selector)
})
