// Objects of Kubernetes that agents send where their lines go are stored as if they had been posted to /v1/lifecycle.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodeProto } from '#test/support/agents/otlp-proto.ts'
import { messagesOf } from '#test/support/lines.ts'
import { listsHave, request, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService({ AFTERLOG_RETENTION: 'default=3650d' })
})
afterAll(async () => service[Symbol.asyncDispose]())

const fixture = (name: string) => readFile(join(import.meta.dirname, '../fixtures/kubernetes', name))

async function send(tenant: string, path: string, body: Buffer | string, type = 'application/json') {
  const headers = { 'content-type': type, 'x-scope-orgid': tenant }
  const response = await fetch(`${service.url}${path}`, { method: 'POST', body: body as string, headers })
  const text = await response.text()
  expect(response.status, text).toBe(200)
  return text
}
async function get(tenant: string, path: string): Promise<Record<string, unknown>> {
  return (await request(`${service.url}${path}`, { headers: { 'x-scope-orgid': tenant } })).body
}
async function eventsOf(tenant: string, pod: string): Promise<{ reason: string; count: number }[]> {
  const { items } = await get(tenant, `/k8s/api/v1/events?fieldSelector=involvedObject.name%3D${pod}`)
  return items as { reason: string; count: number }[]
}

test('the k8sobjects receiver, in protobuf, JSON and beside lines', async () => {
  const exported = JSON.parse((await fixture('agent-k8sobjects-otlp.json')).toString()) as { resourceLogs: object[] }
  const time = String(BigInt(Date.now()) * 1_000_000n)
  const attributes = Object.entries({ 'k8s.namespace.name': 'shop', 'k8s.pod.name': 'cart', 'k8s.container.name': 'app' })
  const line = {
    resource: { attributes: attributes.map(([key, stringValue]) => ({ key, value: { stringValue } })) },
    scopeLogs: [{ logRecords: [{ timeUnixNano: time, body: { stringValue: 'a line' } }] }],
  }
  const both = { resourceLogs: [line, ...exported.resourceLogs] }
  await send('json', '/v1/logs', JSON.stringify(both))
  await send('proto', '/v1/logs', encodeProto(both), 'application/x-protobuf')
  await listsHave(service.url)
  for (const tenant of ['json', 'proto']) {
    expect(await messagesOf({ url: service.url, tenant })).toEqual(['a line'])
    expect((await get(tenant, '/v1/dead-letters'))['deadLetters']).toEqual([])
    const { items } = await get(tenant, '/k8s/api/v1/pods')
    expect(items).toMatchObject([{ metadata: { name: 'cart' } }, { metadata: { name: 'cart-7d9f8b6c5-x2v4q' } }])
  }
})

test('the k8s_events receiver', async () => {
  const pairs = (values: Record<string, string>) =>
    Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }))
  const record = {
    timeUnixNano: String(BigInt(Date.parse('2026-11-23T10:00:00Z')) * 1_000_000n),
    severityNumber: 13,
    severityText: 'Warning',
    body: { stringValue: 'Back-off restarting failed container' },
    attributes: [
      ...pairs({
        'k8s.event.reason': 'BackOff',
        'k8s.event.action': '',
        'k8s.event.start_time': '2026-11-23 09:50:19 +0000 UTC',
        'k8s.event.name': 'cart-1.17a1',
        'k8s.event.uid': 'e0000000-0000-4000-8000-000000000001',
        'k8s.namespace.name': 'shop',
      }),
      { key: 'k8s.event.count', value: { intValue: '7' } },
    ],
  }
  const resource = {
    attributes: pairs({
      'k8s.node.name': 'node-7',
      'k8s.object.kind': 'Pod',
      'k8s.object.name': 'cart-1',
      'k8s.object.uid': '5b0c0001-7d1e-4f2a-9b3c-000000000001',
      'k8s.object.fieldpath': 'spec.containers{app}',
      'k8s.object.api_version': 'v1',
      'k8s.object.resource_version': '8000',
    }),
  }
  const scope = { name: 'github.com/open-telemetry/opentelemetry-collector-contrib/receiver/k8seventsreceiver' }
  const exported = { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: [record] }] }] }
  await send('events', '/v1/logs', encodeProto(exported), 'application/x-protobuf')
  await listsHave(service.url)
  expect(await eventsOf('events', 'cart-1')).toMatchObject([
    {
      reason: 'BackOff',
      count: 7,
      type: 'Warning',
      message: 'Back-off restarting failed container',
      lastTimestamp: '2026-11-23T10:00:00Z',
      source: { host: 'node-7' },
      involvedObject: { kind: 'Pod', name: 'cart-1', namespace: 'shop', fieldPath: 'spec.containers{app}' },
    },
  ])
  expect(await messagesOf({ url: service.url, tenant: 'events' })).toEqual([])
})

test("Fluent Bit's kubernetes_events and kubernetes-event-exporter", async () => {
  await send('fluent', '/v1/fluent', await fixture('agent-fluent-bit.json'))
  await send('fluent', '/v1/fluent', await fixture('agent-event-exporter.json'))
  await listsHave(service.url)
  const reasons = (await eventsOf('fluent', 'cart-7d9f8b6c5-x2v4q')).map(({ reason }) => reason)
  expect(reasons).toContain('BackOff')
  expect((await eventsOf('fluent', 'thumbs-5f6b7c8d9-j4h5g')).map(({ reason }) => reason)).toEqual(['Evicted'])
})

test('an object that cannot be stored is a dead letter that can be sent to /v1/lifecycle again', async () => {
  const pod = { kind: 'Pod', apiVersion: 'v1', metadata: { name: 5, namespace: 'shop', uid: 'u' } }
  await send('bad', '/v1/fluent', JSON.stringify([pod]))
  expect((await get('bad', '/v1/dead-letters'))['deadLetters']).toMatchObject([{ format: 'lifecycle', code: 'bad-field' }])
})

const bodyOf = (...rows: unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

test("kubernetes-event-exporter's Elasticsearch sink, with an answer for each document", async () => {
  const [event] = JSON.parse(`[${(await fixture('agent-event-exporter.json')).toString()}]`) as [object]
  const create = { create: { _index: 'kube-events' } }
  const bad = { kind: 'Pod', apiVersion: 'v1', metadata: { name: 5, namespace: 'shop', uid: 'u' } }
  const line = { '@timestamp': new Date().toISOString(), message: 'm', kubernetes: { namespace: 'shop', pod: { name: 'p' } } }
  const container = { kubernetes: { ...line.kubernetes, container: { name: 'c' } } }
  const documents = [event, { ...line, ...container }, bad, line, event]
  const answer = await send('bulk', '/_bulk', bodyOf(...documents.flatMap((document) => [create, document])))
  const { items } = JSON.parse(answer) as { items: { create: { status: number; error?: { reason: string } } }[] }
  expect(items.map(({ create: { status } }) => status)).toEqual([201, 201, 400, 400, 201])
  expect(items[3]!.create.error!.reason).toContain('container is missing')
  await listsHave(service.url)
  expect((await eventsOf('bulk', 'thumbs-5f6b7c8d9-j4h5g')).map(({ reason }) => reason)).toEqual(['Evicted'])
  expect(await messagesOf({ url: service.url, tenant: 'bulk' })).toEqual(['m'])
})

test("kubernetes-event-exporter's Loki sink, and no text of a stream with other labels", async () => {
  const text = JSON.stringify(JSON.parse((await fixture('agent-event-exporter.json')).toString()))
  const push = async (tenant: string, labels: object) => {
    const values = [[String(BigInt(Date.now()) * 1_000_000n), text]]
    const headers = { 'content-type': 'application/json', 'x-scope-orgid': tenant, 'x-afterlog-node': 'n' }
    const body = JSON.stringify({ streams: [{ stream: labels, values }] })
    expect((await fetch(`${service.url}/loki/api/v1/push`, { method: 'POST', body, headers })).status).toBe(204)
  }
  await push('loki', { job: 'kube-events' })
  await push('loki-app', { job: 'kube-events', app: 'cart' })
  await listsHave(service.url)
  expect((await eventsOf('loki', 'thumbs-5f6b7c8d9-j4h5g')).map(({ reason }) => reason)).toEqual(['Evicted'])
  expect(await messagesOf({ url: service.url, tenant: 'loki' })).toEqual([])
  expect(await eventsOf('loki-app', 'thumbs-5f6b7c8d9-j4h5g')).toEqual([])
  expect(await messagesOf({ url: service.url, tenant: 'loki-app' })).toEqual([text])
})

test.each([
  ['what a controller says of an Event', { type: 'Normal', object: { kind: 'Pod', apiVersion: 'v1' }, reason: 'Created' }],
  ['an object of a service', { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'p', uid: 'u', namespace: 'x' }, service: 's' }],
])('%s is a line', async (name, record) => {
  const tenant = name.replaceAll(' ', '-')
  const sent = { ...record, time: new Date().toISOString(), host: 'n' }
  expect(await send(tenant, '/v1/fluent', JSON.stringify([sent]))).toContain('"accepted":1,"rejected":0')
  expect(await messagesOf({ url: service.url, tenant })).toHaveLength(1)
})

test('a collector that names a service sends objects by the scope of its receiver', async () => {
  const exported = JSON.parse((await fixture('agent-k8sobjects-otlp.json')).toString()) as {
    resourceLogs: { resource: { attributes: object[] }; scopeLogs: { scope: { name: string } }[] }[]
  }
  for (const { resource } of exported.resourceLogs)
    resource.attributes.push({ key: 'service.name', value: { stringValue: 'events' } })
  await send('named', '/v1/logs', JSON.stringify(exported))
  for (const { scopeLogs } of exported.resourceLogs) for (const { scope } of scopeLogs) scope.name = 'app'
  await send('app', '/v1/logs', JSON.stringify(exported))
  await listsHave(service.url)
  expect((await get('named', '/k8s/api/v1/pods'))['items']).toHaveLength(1)
  expect((await get('app', '/k8s/api/v1/pods'))['items']).toEqual([])
})
