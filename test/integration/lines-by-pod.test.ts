// Lines by owner, label, image, phase and outcome of their pods: whatever uid or container id the lines came with, on
// every route that takes filters.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { columns } from '#ingest/store/columns.ts'
import { podsAsked } from '#query/search/pod-parameters.ts'
import { sql } from '#shared/clickhouse/sql.ts'
import { linesFrom } from '#shared/lines/line-filter.ts'
import { readPodScope } from '#shared/store-reading/pod-scope.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { decode, fixture as kubernetesFixture, origin } from '#test/support/kubernetes.ts'
import { openEvents } from '#test/support/sse.ts'
import { openQueryFixture, t0, type QueryFixture, type TestLine } from './query-fixture.ts'

let fixture: QueryFixture
beforeAll(async () => {
  fixture = await openQueryFixture()
  for (const pod of pods) await tell(pod)
  await fixture.project()
  await fixture.insert(lines())
  await fixture.insert(lines().slice(0, 3))
  await fixture.project()
})
afterAll(() => fixture[Symbol.asyncDispose]())

interface Shape {
  name: string
  owner?: { kind: string; name: string }
  labels?: Record<string, string>
  image?: string
  phase?: string
  mirror?: string
  containerId?: string
  node?: string
}
const pods: Shape[] = [
  { name: 'cart-7d9f-a', labels: { app: 'cart', tier: 'web', level: '5' }, image: 'registry.example/cart:1.2' },
  { name: 'cart-7d9f-b', labels: { app: 'cart', tier: 'api' }, image: 'registry.example/cart:1.3' },
  { name: 'db-0', owner: { kind: 'StatefulSet', name: 'db' }, labels: { app: 'db' }, image: 'postgres:17' },
  { name: 'roll-1', owner: { kind: 'Rollout', name: 'roll' }, labels: { app: 'roll' }, phase: 'Succeeded' },
  { name: 'etcd-n1', owner: { kind: 'Node', name: 'n1' }, labels: { app: 'etcd' }, mirror: 'log-etcd' },
  { name: 'bare', owner: { kind: 'DaemonSet', name: 'bare' }, labels: { app: 'bare' }, containerId: 'c0ffee' },
]

async function tell({ name, owner, labels = {}, image = 'x', phase, mirror, containerId, node }: Shape): Promise<void> {
  const object = kubernetesFixture('pod-replacement', (made) => {
    Object.assign(made['metadata'], { name, uid: `uid-${name}`, labels, managedFields: [] })
    made['metadata'].annotations = mirror === undefined ? {} : { 'kubernetes.io/config.mirror': mirror }
    made['metadata'].labels = owner === undefined ? { ...labels, 'pod-template-hash': '7d9f' } : labels
    const controller = owner ?? { kind: 'ReplicaSet', name: 'cart-7d9f' }
    made['metadata'].ownerReferences = [{ apiVersion: 'apps/v1', ...controller, uid: 'o', controller: true }]
    made['spec'].nodeName = node ?? 'n1'
    made['spec'].containers = [{ name: 'app', image }]
    made['status'].containerStatuses = [
      {
        name: 'app',
        image,
        restartCount: 0,
        state: { running: { startedAt: '2026-11-23T09:00:00Z' } },
        containerID: `containerd://${containerId ?? name}`,
      },
    ]
    if (phase !== undefined) made['status'].phase = phase
  })
  const { tables, rejects } = decode([object], { ...origin, tenant: 'default' })
  expect(rejects).toEqual([])
  for (const { table, rows } of tables)
    await fixture.test.store.insert({ table, columns: columns[table], rows, format: 'JSONCompactEachRow' })
}

const lines = (): TestLine[] => [
  ...pods.map(({ name, mirror, containerId }, i) => ({
    ts: t0 + BigInt(i),
    pod: name,
    pod_uid: containerId === undefined ? (mirror ?? `uid-${name}`) : '',
    container_id: containerId === undefined ? '' : `containerd://${containerId}`,
    message: `from ${name}`,
  })),
  { ts: t0 + 100n, pod: 'cart-7d9f-a', pod_uid: 'uid-other', message: 'another pod of the name' },
  { ts: t0 + 101n, pod: 'plain', pod_uid: 'uid-plain', labels: { team: 'a' }, message: 'from labelled' },
  { ts: t0 + 102n, pod: 'nobody', pod_uid: '', container_id: 'd00d', message: 'from nobody' },
]

interface Answer {
  parameter?: string
  lines: { message: string }[]
  buckets: { total: number }[]
  values: { value: string; count: number }[]
}
const ask = async (path: string): Promise<{ status: number; body: Answer }> => {
  const response = await fixture.app.inject(path)
  return { status: response.statusCode, body: response.json() }
}
async function podsOf(query: string): Promise<string[]> {
  const { status, body } = await ask(`/v1/logs?order=asc&${query}`)
  expect(status, JSON.stringify(body)).toBe(200)
  return body.lines.map(({ message }) => message.replace('from ', ''))
}

const cart = ['cart-7d9f-a', 'cart-7d9f-b']
test.each([
  ['owner=Deployment/cart', cart],
  ['owner=deploy/cart', cart],
  ['owner=DEPLOYMENTS.APPS/cart', cart],
  ['owner=cart', cart],
  ['owner=rs/cart-7d9f', cart],
  ['owner=sts/db&owner=deploy/cart', [...cart, 'db-0']],
  ['owner=rollouts/roll', ['roll-1']],
  ['owner=no/n1', ['etcd-n1']],
  ['owner=ds/bare', ['bare']],
  ['owner=deploy/nothing', []],
  ['owner=deploy/cart&namespace=other', []],
  ['label=app%3Dcart', cart],
  ['label=app%3Dcart&label=app%3Ddb', [...cart, 'db-0']],
  ['label=app%3Dcart,tier%3Dweb', ['cart-7d9f-a']],
  ['label=app%3Dcart&label=tier!%3Dweb', ['cart-7d9f-b']],
  ['label=app in (db,bare)', ['db-0', 'bare']],
  ['label=app notin (db,bare,cart,roll)', ['etcd-n1', 'another pod of the name', 'labelled', 'nobody']],
  ['label=tier', cart],
  ['label=!tier,app', ['db-0', 'roll-1', 'etcd-n1', 'bare']],
  ['label=level>4', ['cart-7d9f-a']],
  ['label=level<5', []],
  ['image=registry.example/cart', cart],
  ['image=registry.example/cart:1.3', ['cart-7d9f-b']],
  ['image=docker.io/library/postgres:17', ['db-0']],
  ['phase=succeeded', ['roll-1']],
  ['phase=Succeeded&phase=RUNNING', [...cart, 'db-0', 'roll-1', 'etcd-n1', 'bare']],
  ['outcome=Completed', ['roll-1']],
  ['outcome=unknown&pod=nobody', ['nobody']],
  ['owner=deploy/cart&label=tier%3Dapi', ['cart-7d9f-b']],
  ['owner=deploy/cart&q=b', ['cart-7d9f-b']],
  ['q=owner:deploy/cart', cart],
  ['q=owner:cart', cart],
  ['q=owner:Deployments/ca*', cart],
  ['q=owner:/^Stateful/', ['db-0']],
  ['q=owner:deploy/cart b', ['cart-7d9f-b']],
  ['q=owner:deploy/cart OR db', [...cart, 'db-0']],
  ['q=owner:* -owner:deploy/cart', ['db-0', 'roll-1', 'etcd-n1', 'bare']],
  ['q=label.app:cart', cart],
  ['q=labels.app:cart tier:web', []],
  ['q=labels.app:cart -label.tier:web', ['cart-7d9f-b']],
  ['q=label.level:>4', ['cart-7d9f-a']],
  ['q=label.app:/^(db|bare)$/', ['db-0', 'bare']],
  ['q=label.team:a', ['labelled']],
  ['q=label.team:*', ['labelled']],
  [`owner=deploy/cart&from=2026-11-23T09:00:00Z&to=2026-11-23T10:30:00Z`, cart],
  [`owner=deploy/cart&from=2026-11-23T10:30:00Z`, []],
])('%s', async (query, expected) => {
  expect(await podsOf(query)).toEqual(expected)
})

test('a node is that of the agent, or of the pod where the agent says none or another', async () => {
  await tell({ name: 'far', owner: { kind: 'StatefulSet', name: 'far' }, labels: { app: 'far' }, node: 'n2' })
  await tell({ name: 'near', owner: { kind: 'StatefulSet', name: 'near' }, labels: { app: 'near' }, node: 'n3' })
  await fixture.project()
  const at = { namespace: 'nodes', pod: 'far', pod_uid: 'uid-far' }
  await fixture.insert([
    { ...at, ts: t0 + 301n, node: '', message: 'from no agent' },
    { ...at, ts: t0 + 302n, container: 'sidecar', node: 'gateway', message: 'from a gateway' },
    { ...at, ts: t0 + 303n, container: 'init', node: 'n2', message: 'from its own' },
    { ...at, ts: t0 + 304n, pod: 'near', pod_uid: 'uid-near', node: 'n3', message: 'from near' },
    { ...at, ts: t0 + 305n, pod: 'stranger', pod_uid: 'uid-stranger', node: '', message: 'from a stranger' },
  ])
  const far = ['no agent', 'a gateway', 'its own']
  for (const [query, expected] of [
    ['node=n2', far],
    ['node=n3', ['near']],
    ['node=n2&node=n3', [...far, 'near']],
    ['node=gateway', ['a gateway']],
    ['node=&namespace=nodes', ['no agent', 'a stranger']],
    ['node=n2&node=&namespace=nodes', [...far, 'a stranger']],
    ['node=n2&owner=sts/far&q=gateway', ['a gateway']],
    ['node=n2&owner=sts/near', []],
    ['node=n2&from=2026-11-23T12:00:00Z', []],
  ] as const)
    expect(await podsOf(query), query).toEqual(expected)
  const { buckets } = (await ask('/v1/logs/histogram?node=n2')).body
  expect(buckets.reduce((sum, { total }) => sum + total, 0)).toBe(far.length)
  expect((await ask('/v1/fields/pod/values?node=n2')).body.values).toEqual([{ value: 'far', count: far.length }])
})

test('every route that selects lines takes the filters', async () => {
  const histogram = await ask('/v1/logs/histogram?owner=deploy/cart')
  expect(histogram.body.buckets.reduce((sum, { total }) => sum + total, 0)).toBe(2)
  const fields = await ask('/v1/fields?owner=deploy/cart')
  expect(fields.body.values).toContainEqual({ value: 'pod', count: 2 })
  const values = await ask('/v1/fields/pod/values?label=app=cart')
  expect(values.body.values.map(({ value }) => value)).toEqual(cart)
})

test.each(['owner=a/b/c', 'owner=', 'label=a b', 'label=', 'image=a b', 'outcome=dead', 'phase=dead'])(
  '%s is a 400 that names its parameter',
  async (query) => {
    for (const path of ['/v1/logs', '/v1/logs/histogram', '/v1/fields', '/v1/fields/pod/values', '/v1/logs/tail']) {
      const { status, body } = await ask(`${path}?${query}`)
      expect({ status, parameter: body.parameter }).toEqual({ status: 400, parameter: query.split('=')[0] })
    }
  },
)

test('an owner of more pods than a statement lists is found by subqueries, with the same lines', async () => {
  const reading = createReading({ store: fixture.test.store, limits: {} })
  const messages = async (parameters: object, podsMax?: number): Promise<unknown> => {
    const { scope } = await readPodScope(
      reading,
      podsAsked(parameters, { tenant: 'default' })!,
      podsMax === undefined ? {} : { podsMax },
    )
    return reading.rows(sql`SELECT DISTINCT ts, message ${linesFrom({ tenant: 'default', fields: {}, scope })} ORDER BY ts`)
  }
  for (const parameters of [
    { owner: ['cart'] },
    { owner: ['no/n1', 'bare'] },
    { label: ['!tier'] },
    { outcome: ['unknown', 'running'] },
    { phase: ['Running'] },
  ]) {
    const listed = await messages(parameters)
    expect(await messages(parameters, 0)).toEqual(listed)
    expect(await messages(parameters, 1)).toEqual(listed)
    expect(listed).not.toEqual([])
  }
})

test('a pod that is born while a tail by label runs joins it', async () => {
  const base = await fixture.app.listen({ host: '127.0.0.1', port: 0 })
  const { messages, leave } = await openEvents(`${base}/v1/logs/tail?label=app%3Dlate`)
  await messages.next()
  await tell({ name: 'late-1', owner: { kind: 'StatefulSet', name: 'late' }, labels: { app: 'late' } })
  await fixture.project()
  await fixture.insert([{ ts: t0 + 200n, pod: 'late-1', pod_uid: 'uid-late-1', message: 'from late-1' }])
  for (;;) {
    const { value } = await messages.next()
    if (value?.event !== 'line') continue
    expect(JSON.parse(value.data ?? '').message).toBe('from late-1')
    break
  }
  leave()
})
