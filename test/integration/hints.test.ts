// What an empty answer says beside its emptiness, and what fields a page can complete.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { columns } from '#ingest/store/columns.ts'
import { decode, fixture as kubernetesFixture, origin } from '#test/support/kubernetes.ts'
import { openQueryFixture, t0, type QueryFixture } from './query-fixture.ts'

let fixture: QueryFixture
beforeAll(async () => {
  fixture = await openQueryFixture()
  const object = kubernetesFixture('pod-replacement', (made) => {
    Object.assign(made['metadata'], { name: 'cart-7d9f-a', uid: 'uid-cart', managedFields: [] })
    made['metadata'].namespace = 'shop'
    made['metadata'].labels = { app: 'cart', 'pod-template-hash': '7d9f' }
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'cart-7d9f', uid: 'o', controller: true }
    made['metadata'].ownerReferences = [owner]
    made['spec'].nodeName = 'node-1'
    made['status'].containerStatuses = [
      { name: 'app', restartCount: 0, state: { running: { startedAt: '2026-11-23T09:00:00Z' } } },
    ]
  })
  const { tables } = decode([object], { ...origin, tenant: 'default' })
  for (const { table, rows } of tables)
    await fixture.test.store.insert({ table, columns: columns[table], rows, format: 'JSONCompactEachRow' })
  await fixture.insert([
    { ts: t0, pod: 'cart-7d9f-a', node: 'node-1', message: '{"level":"info","order":{"id":7},"status":200}' },
    { ts: t0 + 1n, pod: 'cart-7d9f-a', node: 'node-1', message: '{"level":"error","status":500}' },
    { ts: t0 + 2n, pod: 'cart-7d9f-a', node: 'node-1', message: 'no JSON' },
    { ts: t0 + 4n, pod: '', pod_uid: '', namespace: '', container: '', unit: 'kubelet.service', node: 'node-1' },
    { ts: t0 + 3n, pod: 'db-0', pod_uid: 'uid-db', namespace: 'data', container: 'db', node: 'node-2' },
  ])
  await fixture.project()
})
afterAll(() => fixture[Symbol.asyncDispose]())

interface Answer {
  hints?: { parameter: string; message: string }[]
  values: { value: string; count: number; source?: string }[]
  sample?: { lines: number }
}
const ask = async (path: string): Promise<Answer> => {
  const response = await fixture.app.inject(path)
  expect(response.statusCode, response.body).toBe(200)
  return response.json()
}

test.each([
  ['namespace=shpo', 'namespace', 'Did you mean "shop"?'],
  ['namespace=nope', 'namespace', 'Known: "data", "shop"'],
  ['namespace=shop,data', 'namespace', 'namespace=shop&namespace=data'],
  ['pod=cart-*', 'pod', 'q=pod:cart-*'],
  ['pod=cart-7d9f-b', 'pod', 'Did you mean "cart-7d9f-a"?'],
  ['container=ap', 'container', 'Did you mean "app"'],
  ['node=node-3', 'node', 'Did you mean "node-1" or "node-2"?'],
  ['owner=deploy/crat', 'owner', 'Did you mean "Deployment/cart"'],
  ['label=app%3Dcrat', 'label', 'Did you mean "app=cart"?'],
  ['label=ap%3Dcart', 'label', 'no pod ever had the label "ap=cart"'],
  ['label=ap%3Dcart', 'label', 'q=label.ap:cart finds labels that lines have of their own'],
  ['label=canary', 'label', 'no pod ever had the label "canary"'],
  ['label=app,canary', 'label', 'q=label.canary:* finds'],
  ['unit=kubelet', 'unit', 'Did you mean "kubelet.service"?'],
  ['traceId=abc', 'traceId', '"abc" is no id of a trace'],
  ['spanId=a,b', 'spanId', 'Give the parameter once for each id'],
  ['q=namespace:shpo', 'q', 'Did you mean "shop"?'],
  ['q=pod:cart-7d9f-b info', 'q', 'Did you mean "cart-7d9f-a"?'],
  ['q=namespace:shop,data', 'q', 'write namespace:(shop OR data)'],
  ['q=namespace%3Dshop x', 'q', 'write namespace:shop for the field'],
  ['q=status>499', 'q', 'write status:>499 for the field'],
  ['q=level: error', 'q', 'write level:value for the field'],
  ['q=Namespace:shop', 'q', 'the field of lines is namespace'],
  ['q=kubernetes.pod_name:cart', 'q', 'the field of lines is pod'],
  ['q=outcome:OOMKilled', 'q', 'give outcome=OOMKilled beside q'],
  ['q=!info', 'q', 'write -info to exclude it'],
  ['q=“no JSON”', 'q', 'those of this search are'],
  ['q=/INFO/i', 'q', 'write /(?i)INFO/'],
  ['q=/a/b/', 'q', 'for each slash'],
  ['image=nothing/at/all', 'image', 'no pod ever had the image'],
  ['outcome=Evicted', 'outcome', 'no pod has the outcome evicted'],
  ['phase=pending', 'phase', 'no pod has the phase Pending'],
  ['namespace=shop&pod=db-0', 'namespace', 'no pod has lines with all of these together'],
  ['owner=deploy/cart&namespace=data', 'namespace', 'all of these together'],
  ['namespace=shop&from=2026-11-24T00:00:00Z', 'from', '2026-11-23T10:00:00.000000002Z'],
  ['namespace=shop&to=2026-11-22T00:00:00Z', 'to', '2026-11-23T10:00:00.000000000Z'],
])('%s', async (query, parameter, message) => {
  const { hints } = await ask(`/v1/logs?${query}`)
  expect(hints).toContainEqual({ parameter, message: expect.stringContaining(message) })
})

test('every route that counts lines has the hints, and text has them in a header', async () => {
  const hints = [{ parameter: 'namespace', message: expect.stringContaining('Did you mean "shop"?') }]
  for (const path of [
    '/v1/logs/histogram',
    '/v1/logs/patterns',
    '/v1/fields',
    '/v1/fields/pod/values',
    '/v1/fields/status/values',
    '/v1/fields/owner/values',
  ])
    expect((await ask(`${path}?namespace=shpo`)).hints, path).toEqual(hints)
  expect((await ask('/v1/fields/labels.nope/values')).hints).toEqual([
    { parameter: 'field', message: 'no line of those that are asked for has a value of "labels.nope"' },
  ])
  const response = await fixture.app.inject({ url: '/v1/logs?namespace=shpo', headers: { accept: 'text/plain' } })
  expect(response.body).toBe('')
  expect(response.headers['x-afterlog-hint']).toEqual([
    'namespace: no line of a pod ever had the namespace "shpo". Did you mean "shop"?',
  ])
})

test.each([
  'namespace=shop',
  'namespace=shop&q=nothing',
  'severity=fatal',
  'owner=deploy/cart',
  'q=nothing -namespace%3Dnope -pod:nope',
  'q=/usr/lib/x',
  'q=key%3Dvalue',
  'q=pod:db-0 nothing',
])('%s: an answer with lines, or with known values, has no hint', async (query) => {
  expect((await ask(`/v1/logs?${query}`)).hints).toBeUndefined()
})

test.each([
  ['container=nope', 'container', 'the pod has no container "nope". Known: app'],
  ['life=99', 'life', 'the pod has no life 99. Known are 0'],
  ['from=2026-11-24T00:00:00Z', 'from', 'the newest line of what is asked for is of 2026-11-23T10:00:00.000000002Z'],
  ['q=status>499', 'q', 'write status:>499'],
])('of one pod, %s', async (query, parameter, message) => {
  const { hints } = await ask(`/v1/pods/uid-cart/logs?${query}`)
  expect(hints).toEqual([{ parameter, message: expect.stringContaining(message) }])
})

test.each([
  ['name=cart-*', 'name', 'it takes whole values'],
  ['name=cart-7d9f', 'name', 'Did you mean "cart-7d9f-a"'],
  ['namespace=shop,data', 'namespace', 'give the parameter once for each'],
  ['owner=deploy/crt', 'owner', 'Did you mean "Deployment/cart"'],
  ['node=nodes-1', 'node', 'Did you mean "node-1"'],
])('of pods, %s', async (query, parameter, message) => {
  const { hints } = await ask(`/v1/pods?${query}`)
  expect(hints).toContainEqual({ parameter, message: expect.stringContaining(message) })
})

test('values that would be text of a statement are values in a hint too', async () => {
  for (const value of ["'; DROP TABLE logs --", '{x:String}', '\\', '\u0000', '“', 'x'.repeat(5000)])
    for (const parameter of ['namespace', 'pod', 'node', 'container', 'cluster', 'podUid'])
      expect((await fixture.app.inject(`/v1/logs?${parameter}=${encodeURIComponent(value)}`)).statusCode).toBe(200)
})

test('words of kubectl are taken in any case', async () => {
  for (const query of ['severity=INFO', 'stream=STDOUT', 'order=DESC', 'outcome=OOMKilled', 'phase=RUNNING', 'outcome=NodeLost'])
    await ask(`/v1/logs?${query}`)
})

test('keys of JSON messages are fields, counted in a sample, and fields of pods in pods', async () => {
  const { values, sample } = await ask('/v1/fields')
  expect(sample).toEqual({ lines: 5 })
  for (const field of [
    { value: 'pod', count: 4 },
    { value: 'status', count: 2, source: 'message' },
    { value: 'order.id', count: 1, source: 'message' },
    { value: 'owner', count: 1, source: 'pod' },
    { value: 'label.app', count: 1, source: 'pod' },
  ])
    expect(values).toContainEqual(field)
  expect((await ask('/v1/fields/level/values')).values).toEqual([
    { value: 'error', count: 1, source: 'message' },
    { value: 'info', count: 1, source: 'message' },
  ])
  expect((await ask('/v1/fields/order.id/values?q=info')).values).toEqual([{ value: '7', count: 1, source: 'message' }])
  expect((await ask('/v1/fields/owner/values')).values).toContainEqual({ value: 'Deployment/cart', count: 1, source: 'pod' })
  for (const pods of ['pod=cart-7d9f-a', 'podUid=uid-cart', 'pod=cart-7d9f-a&pod=db-0'])
    expect((await ask(`/v1/fields/owner/values?${pods}`)).values, pods).toHaveLength(2)
  for (const pods of ['pod=db-0', 'podUid=uid-db', 'node=node-2', 'cluster=other'])
    expect((await ask(`/v1/fields/owner/values?${pods}`)).values, pods).toEqual([])
  expect((await ask('/v1/fields?pod=db-0')).values).not.toContainEqual({ value: 'owner', count: 1, source: 'pod' })
  expect((await ask('/v1/fields/label.app/values')).values).toEqual([{ value: 'cart', count: 1, source: 'pod' }])
  expect((await ask('/v1/fields/stattus/values')).hints).toEqual([
    { parameter: 'field', message: expect.stringContaining('Their keys are level, status, order.id') },
  ])
})
