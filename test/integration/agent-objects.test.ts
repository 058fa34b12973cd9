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
