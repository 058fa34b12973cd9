// OTLP/HTTP by its specification: answers and errors have the encoding of the request, and a partial success says how
// many records were rejected. https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeAnswer, decodeStatus, encodeProto } from '#test/support/agents/otlp-proto.ts'
import { startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
afterAll(async () => service[Symbol.asyncDispose]())

const now = String(BigInt(Date.now()) * 1_000_000n)
const resource = {
  attributes: Object.entries({ 'k8s.namespace.name': 'shop', 'k8s.pod.name': 'cart', 'service.name': 'app' }).map(
    ([key, stringValue]) => ({ key, value: { stringValue } }),
  ),
}
const exported = (...logRecords: object[]) => ({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] })

async function send(body: Buffer | string, type: string, tenant = 'default') {
  const response = await fetch(`${service.url}/v1/logs`, {
    method: 'POST',
    body: body as string,
    headers: { 'content-type': type, 'x-scope-orgid': tenant },
  })
  return { status: response.status, type: response.headers.get('content-type'), body: Buffer.from(await response.arrayBuffer()) }
}
const json = 'application/json'
const proto = 'application/x-protobuf'

interface StoredLine {
  message: string
  time: string
  severity: string
  traceId: string
  attributes: Record<string, string>
}

async function linesOf(tenant: string): Promise<StoredLine[]> {
  const response = await fetch(`${service.url}/v1/logs?order=asc`, { headers: { 'x-scope-orgid': tenant } })
  return ((await response.json()) as { lines: StoredLine[] }).lines
}

describe('an answer', () => {
  test('of a whole success is empty, also where an export has no records', async () => {
    const record = { timeUnixNano: now, body: { stringValue: 'x' } }
    for (const sent of [exported(record), exported(), { resourceLogs: [] }]) {
      expect(await send(encodeProto(sent), proto)).toEqual({ status: 200, type: proto, body: Buffer.alloc(0) })
      const answer = await send(JSON.stringify(sent), json)
      expect([answer.status, answer.body.toString()]).toEqual([200, '{}'])
    }
  })

  test('of a partial one has the number of rejected records, and why', async () => {
    const [good, old] = [now, '31536000000000001'].map((timeUnixNano) => ({ timeUnixNano, body: { stringValue: 'x' } }))
    const answer = await send(encodeProto(exported(old!, good!, old!)), proto)
    expect(answer).toMatchObject({ status: 200, type: proto })
    const partialSuccess = { rejectedLogRecords: '2', errorMessage: expect.stringContaining('1971') as string }
    expect(decodeAnswer(answer.body)).toEqual({ partialSuccess })
    const inJson = await send(JSON.stringify(exported(old!, good!, old!)), json)
    expect(JSON.parse(inJson.body.toString())).toEqual({ partialSuccess })
  })

  test('of a failure is a Status in the encoding of the request', async () => {
    const broken = await send(Buffer.from('no protobuf'), proto)
    expect(broken).toMatchObject({ status: 400, type: proto })
    expect(decodeStatus(broken.body)).toMatchObject({ code: 3, message: expect.stringContaining('OTLP') as string })
    const inJson = await send('{"resourceLogs":', json)
    expect(inJson.status).toBe(400)
    expect(JSON.parse(inJson.body.toString())).toMatchObject({ code: 3, message: expect.stringContaining('JSON') as string })
    expect((await send('x', 'text/plain')).status).toBe(415)
  })
})

describe.each([
  ['protobuf', (sent: object) => send(encodeProto(sent), proto, 'protobuf')],
  ['JSON', (sent: object) => send(JSON.stringify(sent), json, 'JSON')],
] as const)('in %s', (tenant, sent) => {
  test('time, trace, severity, scope and a structured body are those of the record', async () => {
    const traceId = '5b8efff798038103d269b633813fc60c'
    const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64')
    const ids =
      tenant === 'JSON'
        ? { traceId: traceId.toUpperCase(), spanId: 'EEE19B7EC3C1B174' }
        : { traceId: base64(traceId), spanId: base64('eee19b7ec3c1b174') }
    const structure = {
      kvlistValue: {
        values: [
          { key: 'order', value: { intValue: '9007199254740993' } },
          { key: 'items', value: { arrayValue: { values: [{ doubleValue: 0.5 }, { boolValue: true }] } } },
          { key: 'deep', value: { kvlistValue: { values: [{ key: 'a', value: { stringValue: 'é' } }] } } },
        ],
      },
    }
    const records = [
      { timeUnixNano: now, severityNumber: 18, severityText: 'Oops', body: { stringValue: 'calm' }, ...ids },
      { observedTimeUnixNano: now, severityText: 'WARN', body: structure, eventName: 'order.done' },
      { timeUnixNano: now, body: { kvlistValue: { values: [{ key: 'message', value: { stringValue: 'told' } }] } } },
      { timeUnixNano: now, body: { intValue: '7' } },
    ]
    const scope = { name: 'shop.orders', version: '2' }
    const answer = await sent({ resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: records }] }] })
    expect(answer.status, answer.body.toString()).toBe(200)
    const lines = await linesOf(tenant)
    expect(lines.map(({ message, severity }) => [message, severity])).toEqual([
      ['calm', 'error'],
      ['{"order":9007199254740993,"items":[0.5,true],"deep":{"a":"é"}}', 'warn'],
      ['told', ''],
      ['7', ''],
    ])
    expect(lines[0]).toMatchObject({ traceId, spanId: 'eee19b7ec3c1b174', attributes: { 'otel.scope.name': 'shop.orders' } })
    expect(lines[1]!.attributes).toMatchObject({
      order: '9007199254740993',
      items: '[0.5,true]',
      'deep.a': 'é',
      'event.name': 'order.done',
    })
  })
})
