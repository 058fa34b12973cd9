// What an agent's body says wrongly is a dead letter that names it, and never a line that nobody wrote, a fact about
// another pod, or nothing at all.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { messagesOf } from '#test/support/lines.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
afterAll(async () => service[Symbol.asyncDispose]())

const now = new Date(Date.now() - 60_000).toISOString()
const nowNs = String(BigInt(Date.parse(now)) * 1_000_000n)

async function post(tenant: string, path: string, body: unknown): Promise<void> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const headers = { 'content-type': 'application/json', 'x-scope-orgid': tenant }
  const response = await fetch(`${service.url}${path}`, { method: 'POST', body: text, headers })
  expect(response.status, await response.text()).toBeLessThan(300)
}
const lettersOf = async (tenant: string): Promise<string[]> => {
  const { body } = await request(`${service.url}/v1/dead-letters`, { headers: { 'x-scope-orgid': tenant } })
  return (body['deadLetters'] as { reason: string }[]).map(({ reason }) => reason)
}
const attributes = Object.entries({ 'k8s.namespace.name': 'shop', 'k8s.pod.name': 'evil', 'k8s.container.name': 'app' }).map(
  ([key, stringValue]) => ({ key, value: { stringValue } }),
)
const exported = (...logRecords: unknown[]) => ({ resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }] })
const pair = (key: string, value: object) => ({ key, value })

test('an object that a container prints is its line, and no fact about another pod', async () => {
  const victim = { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'victim', namespace: 'shop', uid: 'victim-uid' } }
  const kubernetes = { namespace_name: 'shop', pod_name: 'evil', container_name: 'app' }
  await post('facts', '/v1/fluent', [{ time: now, log: 'x', kubernetes, type: 'DELETED', object: victim }])
  const body = {
    kvlistValue: {
      values: [
        pair('type', { stringValue: 'DELETED' }),
        pair('object', {
          kvlistValue: { values: [pair('kind', { stringValue: 'Pod' }), pair('apiVersion', { stringValue: 'v1' })] },
        }),
      ],
    },
  }
  await post('facts', '/v1/logs', exported({ timeUnixNano: nowNs, body }))
  expect(await messagesOf({ url: service.url, tenant: 'facts' })).toHaveLength(2)
  expect(await lettersOf('facts')).toEqual([])
})

test('parts of OTLP in JSON that have another shape are dead letters that name them, beside good records', async () => {
  const good = { timeUnixNano: nowNs, body: { stringValue: 'good' } }
  await post(
    'shapes',
    '/v1/logs',
    exported(good, { timeUnixNano: nowNs, body: 'text' }, { ...good, timeUnixNano: {} }, { ...good, attributes: {} }),
  )
  await post('shapes', '/v1/logs', { resourceLogs: [7, { scopeLogs: {} }, { scopeLogs: [{ logRecords: {} }] }] })
  expect(await messagesOf({ url: service.url, tenant: 'shapes' })).toEqual(['good'])
  const letters = await lettersOf('shapes')
  expect(letters).toHaveLength(6)
  for (const name of ['body', 'timeUnixNano', 'attributes', 'resourceLogs', 'scopeLogs'])
    expect(
      letters.some((reason) => reason.includes(name)),
      name,
    ).toBe(true)
})

test('numbers in JSON are stored as they were sent', async () => {
  const record = `{"time":${nowNs.slice(0, -9)}123456789,"log":"n","namespace":"s","pod":"p","container":"c","id":12345678901234567890,"x":1e400}`
  await post('numbers', '/v1/fluent', record)
  const { body } = await request(`${service.url}/v1/logs`, { headers: { 'x-scope-orgid': 'numbers' } })
  expect(body['lines']).toMatchObject([
    { time: expect.stringMatching(/\.123456789Z$/) as string, attributes: { id: '12345678901234567890', x: '1e400' } },
  ])
})

test('times of OTLP in JSON may be numbers, of which none loses a digit', async () => {
  const time = `${nowNs.slice(0, -9)}123456789`
  const sent = JSON.stringify(exported({ timeUnixNano: 'T', body: { intValue: 'I' } }))
  await post('otlp-numbers', '/v1/logs', sent.replace('"T"', time).replace('"I"', '9007199254740993'))
  const { body } = await request(`${service.url}/v1/logs`, { headers: { 'x-scope-orgid': 'otlp-numbers' } })
  expect(body['lines']).toMatchObject([{ time: expect.stringMatching(/\.123456789Z$/) as string, message: '9007199254740993' }])
})

test('a stream of Loki without entries costs its neighbours nothing', async () => {
  const stream = { namespace: 'shop', pod: 'cart', container: 'app' }
  const streams = [
    { stream, values: null },
    { stream, values: [[nowNs, 'good']] },
    { stream, entries: [] },
  ]
  await post('loki', '/loki/api/v1/push', { streams })
  expect(await messagesOf({ url: service.url, tenant: 'loki' })).toEqual(['good'])
  expect(await lettersOf('loki')).toHaveLength(2)
})

test('an empty line is a line', async () => {
  const of = { time: now, stream: 'stdout', namespace: 's', pod: 'p', container: 'c' }
  await post('empty', '/v1/fluent', [
    { ...of, log: '', logtag: 'F' },
    { ...of, log: 'whole', logtag: 'P', time: now.replace('Z', '1Z') },
    { ...of, log: '', logtag: 'F', time: now.replace('Z', '2Z') },
  ])
  expect(await messagesOf({ url: service.url, tenant: 'empty' })).toEqual(['', 'whole'])
})
