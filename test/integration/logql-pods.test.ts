// LogQL by what Kubernetes knows of pods, on lines that tell it not; and the engine's conditions beside what the stages
// of a pipeline make of the same lines.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { columns } from '#ingest/store/columns.ts'
import { pipeline } from '#query/loki/logql/pipeline/make-stages.ts'
import { LineLabels } from '#query/loki/logql/pipeline/line-labels.ts'
import { runLogQL } from '#query/loki/logql/read-logql.ts'
import { parseLogQL } from '#query/loki/logql/syntax/parse-logql.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { decode, fixture as kubernetesFixture, origin } from '#test/support/kubernetes.ts'
import { openQueryFixture, t0, type QueryFixture } from './query-fixture.ts'

let fixture: QueryFixture
beforeAll(async () => {
  fixture = await openQueryFixture()
  for (const pod of pods) await tell(pod)
  await fixture.project()
  await fixture.insert(lines)
  await fixture.insert(lines.slice(0, 3))
  await fixture.insert(messages.map((message, i) => ({ ts: t0 + 1000n + BigInt(i), namespace: 'text', pod_uid: '', message })))
  await fixture.project()
})
afterAll(() => fixture[Symbol.asyncDispose]())

interface Shape {
  name: string
  owner?: { kind: string; name: string }
  labels: Record<string, string>
  mirror?: string
  containerId?: string
}
const pods: Shape[] = [
  { name: 'cart-7d9f-a', labels: { 'app.kubernetes.io/name': 'cart', tier: 'web' } },
  { name: 'cart-7d9f-b', labels: { 'app.kubernetes.io/name': 'cart', tier: 'api' } },
  { name: 'db-0', owner: { kind: 'StatefulSet', name: 'db' }, labels: { 'app.kubernetes.io/name': 'db' } },
  { name: 'etcd-n1', owner: { kind: 'Node', name: 'n1' }, labels: { tier: 'control' }, mirror: 'log-etcd' },
  { name: 'bare', owner: { kind: 'DaemonSet', name: 'bare' }, labels: {}, containerId: 'c0ffee' },
]

async function tell({ name, owner, labels, mirror, containerId }: Shape): Promise<void> {
  const object = kubernetesFixture('pod-replacement', (made) => {
    Object.assign(made['metadata'], { name, uid: `uid-${name}`, managedFields: [] })
    made['metadata'].annotations = mirror === undefined ? {} : { 'kubernetes.io/config.mirror': mirror }
    made['metadata'].labels = owner === undefined ? { ...labels, 'pod-template-hash': '7d9f' } : labels
    const controller = owner ?? { kind: 'ReplicaSet', name: 'cart-7d9f' }
    made['metadata'].ownerReferences = [{ apiVersion: 'apps/v1', ...controller, uid: 'o', controller: true }]
    made['spec'].containers = [{ name: 'app', image: 'x' }]
    const state = { running: { startedAt: '2026-11-23T09:00:00Z' } }
    const containerID = `containerd://${containerId ?? name}`
    made['status'].containerStatuses = [{ name: 'app', image: 'x', restartCount: 0, state, containerID }]
  })
  const { tables } = decode([object], { ...origin, tenant: 'default' })
  for (const { table, rows } of tables)
    await fixture.test.store.insert({ table, columns: columns[table], rows, format: 'JSONCompactEachRow' })
}

const lines = pods.map(({ name, mirror, containerId }, i) => ({
  ts: t0 + BigInt(i),
  pod: name,
  pod_uid: containerId === undefined ? (mirror ?? `uid-${name}`) : '',
  container_id: containerId === undefined ? '' : `containerd://${containerId}`,
  message: `from ${name}`,
}))

/** Words beside every kind of character, line breaks, colours, and nothing. */
const messages = [
  'GET /cart/1 200',
  'xGET /cart/1 200y',
  'get /CART/1',
  'a GET b GET c',
  ' GET ',
  'GET',
  '',
  'two\nlines GET here',
  '\u001b[31mGET\u001b[0m x',
  'ünï GET 日本語',
  'é1 GET_x GET-y',
  'a "quoted" \\ back',
  '{"a":"GET"}',
  '10.0.0.1:80 GET',
  'aXbXc',
  'a  b',
]

async function ask(text: string, isInstant = false) {
  const reading = createReading({ store: fixture.test.store, limits: { timeMs: 20_000 } })
  const endNs = t0 + 3_000_000_000n
  return runLogQL({
    reading,
    tenant: 'default',
    text,
    expr: parseLogQL(text),
    startNs: isInstant ? endNs : t0 - 1n,
    endNs,
    stepNs: 0n,
    limit: 1000,
    direction: 'forward',
  })
}

const linesOf = async (text: string): Promise<string[]> => {
  const result = await ask(text)
  return result.type === 'streams'
    ? result.streams
        .flatMap(({ entries }) => entries)
        .toSorted((a, b) => Number(a.tsNs - b.tsNs))
        .map(({ line }) => line)
    : []
}

const carts = ['from cart-7d9f-a', 'from cart-7d9f-b']
test.each<[string, string[]]>([
  ['{deployment="cart"}', carts],
  ['{deployment=~"ca.+"}', carts],
  ['{app_kubernetes_io_name="cart"}', carts],
  ['{app_kubernetes_io_name=~"cart|db", tier!="web"}', ['from cart-7d9f-b', 'from db-0']],
  ['{tier=~".+"}', [...carts, 'from etcd-n1']],
  ['{tier="", namespace="shop"}', ['from db-0', 'from bare']],
  ['{namespace="shop", deployment!="cart"}', ['from db-0', 'from etcd-n1', 'from bare']],
  ['{statefulset="db"}', ['from db-0']],
  ['{daemonset="bare"}', ['from bare']],
  ['{deployment="none"}', []],
])('%s', async (selector, found) => {
  expect(await linesOf(selector)).toEqual(found)
})

test('numbers are grouped by what only records know', async () => {
  const values = async (text: string) => {
    const result = await ask(text, true)
    return result.type === 'vector' ? result.samples.map(({ labels, point }) => ({ ...labels, value: point.value })) : []
  }
  expect(await values('sum by (deployment) (count_over_time({namespace="shop"}[1m]))')).toEqual([
    { deployment: 'cart', value: 2 },
    { value: 3 },
  ])
  expect(await values('sum by (tier) (count_over_time({tier=~".+"} |= "from" [1m]))')).toEqual([
    { tier: 'api', value: 1 },
    { tier: 'control', value: 1 },
    { tier: 'web', value: 1 },
  ])
  expect(await values('sum by (daemonset) (count_over_time({daemonset="bare"}[1m]))')).toEqual([{ daemonset: 'bare', value: 1 }])
})

describe('the engine lets the same lines through as the stage does', () => {
  const texts = ['GET', ' GET', 'GET ', '/cart/1', 'é', '日本', '"', '\\', '', 'X', '\n', '1']
  const regexes = ['G.T', '^GET$', '(?i)get', 'two.lines', '\\d+', '[^a]b', '', 'a\\s+b', '$', '(?s)two.lines', '\\bGET\\b']
  const patterns = ['<_>GET<_>', 'GET', '<_> GET', 'GET <_>', 'a<_>b<_>c', '<_>X<_>X<_>', '', '<_>', 'a <_> b', '<_>GET']
  const quoted = (text: string): string => JSON.stringify(text)
  const stages = [
    ...['|=', '!='].flatMap((op) => texts.map((text) => `${op} ${quoted(text)}`)),
    ...['|~', '!~'].flatMap((op) => regexes.map((text) => `${op} ${quoted(text)}`)),
    ...['|>', '!>'].flatMap((op) => patterns.map((text) => `${op} ${quoted(text)}`)),
    '|= "GET" or "X"',
    '!= "GET" or "X"',
    '|= "GET" != "x" |~ "T$"',
  ]
  test.each(stages)('%s', async (stage) => {
    const expr = parseLogQL(`{namespace="text"} ${stage}`)
    const run = pipeline(expr.kind === 'log' ? expr.stages : [], 0n)
    const passed = messages.filter((message) => run(message, new LineLabels(new Map(), []), 0n) !== undefined)
    expect(await linesOf(`{namespace="text"} ${stage}`)).toEqual(passed)
  })
})
