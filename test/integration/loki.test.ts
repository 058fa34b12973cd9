// Loki's push by its specification: 204 for what is stored, plain text for what is refused, snappy with and without a
// Content-Encoding. https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs and
// https://github.com/grafana/loki/blob/main/pkg/push/push.proto
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encode, encodePush, timestampOf, type Stream } from '#test/support/agents/loki-proto.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
afterAll(async () => service[Symbol.asyncDispose]())

const now = BigInt(Date.now()) * 1_000_000n
const proto = 'application/x-protobuf'
const json = 'application/json'
const labels = '{app="cart", container="app", filename="/var/log/x.log", instance="10.0.0.1", namespace="shop", pod="cart"}'
const stream: Stream = { labels, entries: [{ timestamp: timestampOf(now), line: Buffer.from('hello') }] }

async function send(body: Buffer | string, headers: Record<string, string>, tenant = 'default', path = '/loki/api/v1/push') {
  const response = await fetch(`${service.url}${path}`, {
    method: 'POST',
    body: body as string,
    headers: { 'x-scope-orgid': tenant, ...headers },
  })
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() }
}

async function linesOf(tenant: string): Promise<Record<string, unknown>[]> {
  const { body } = await request(`${service.url}/v1/logs?order=asc`, { headers: { 'x-scope-orgid': tenant } })
  return body['lines'] as Record<string, unknown>[]
}

const stored = { status: 204, type: null, body: '' }

describe('a push', () => {
  test('in protobuf is snappy, whether it says so or not', async () => {
    expect(await send(encodePush(stream), { 'content-type': proto }, 'snappy')).toEqual(stored)
    expect(await send(encodePush(stream), { 'content-type': proto, 'content-encoding': 'snappy' }, 'snappy')).toEqual(stored)
    const gzipped = gzipSync(encode('PushRequest', { streams: [stream] }))
    expect(await send(gzipped, { 'content-type': proto, 'content-encoding': 'gzip' }, 'snappy')).toEqual(stored)
    const [line, ...others] = await linesOf('snappy')
    expect(others).toEqual([])
    expect(line).toMatchObject({
      message: 'hello',
      namespace: 'shop',
      pod: 'cart',
      container: 'app',
      labels: { app: 'cart', filename: '/var/log/x.log', instance: '10.0.0.1' },
      attributes: {},
    })
  })

  test('in JSON may be compressed, and have structured metadata', async () => {
    const push = JSON.stringify({
      streams: [
        {
          stream: { namespace: 'shop', pod: 'cart', container: 'app', service_name: 'cart' },
          values: [
            [String(now), 'one', { trace_id: '0242ac120002', user: 'u-1' }],
            [String(now + 1n), 'two'],
          ],
        },
      ],
    })
    expect(await send(push, { 'content-type': json }, 'json')).toEqual(stored)
    const gzipped = { 'content-type': `${json}; charset=utf-8`, 'content-encoding': 'gzip' }
    expect(await send(gzipSync(push), gzipped, 'json')).toEqual(stored)
    const lines = await linesOf('json')
    expect(lines.map(({ message }) => message)).toEqual(['one', 'two'])
    expect(lines[0]).toMatchObject({ traceId: '0242ac120002', attributes: { user: 'u-1' }, labels: { service_name: 'cart' } })
  })

  test('with rejected entries is answered like one without: they are dead letters', async () => {
    const old = { timestamp: timestampOf(31_536_000_000_000_001n), line: Buffer.from('of 1971') }
    const streams = [
      { ...stream, entries: [old, ...stream.entries] },
      { ...stream, labels: 'no labels' },
    ]
    expect(await send(encodePush(...streams), { 'content-type': proto }, 'rejects')).toEqual(stored)
    expect(await linesOf('rejects')).toHaveLength(1)
    const { body } = await request(`${service.url}/v1/dead-letters`, { headers: { 'x-scope-orgid': 'rejects' } })
    const reasons = (body['deadLetters'] as { reason: string }[]).map(({ reason }) => reason)
    expect(reasons.toSorted()).toEqual([expect.stringContaining('labels of its stream'), expect.stringContaining('1971')])
  })

  test.each<[string, Buffer | string, string, number]>([
    ['that is no snappy', 'no snappy', proto, 400],
    ['that is no protobuf', Buffer.from([0x04, 0x0c, 1, 2, 3, 4]), proto, 400],
    ['that is no JSON', '{"streams":', json, 400],
    ['that has no streams', '{}', json, 400],
    ['of another type', 'x', 'text/plain', 415],
    ['of snappy that would be 4 GB', Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0x00]), proto, 413],
  ])('%s is refused in plain text', async (_, body, type, status) => {
    const answer = await send(body, { 'content-type': type })
    expect(answer).toMatchObject({ status, type: 'text/plain; charset=utf-8' })
    expect(answer.body).toMatch(/^.{20,}\n$/)
  })

  test('of an invalid tenant, or to another path, is none', async () => {
    const invalid = await send(encodePush(stream), { 'content-type': proto }, 'a b')
    expect(invalid).toMatchObject({ status: 400, type: 'text/plain; charset=utf-8' })
    expect(await send(encodePush(stream), { 'content-type': proto }, 'x', '/api/prom/push')).toMatchObject({ status: 404 })
  })
})
