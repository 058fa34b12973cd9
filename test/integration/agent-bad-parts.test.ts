// A part of an agent's body that is broken, nested too deep or of another type costs its record alone, which is a dead
// letter that names the part and its value; what shares the body with it is stored.
import { encode } from '@msgpack/msgpack'
import { compressSync } from 'snappy'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeAnswer, encodeProto } from '#test/support/agents/otlp-proto.ts'
import { encode as encodeLoki, timestampOf } from '#test/support/agents/loki-proto.ts'
import { messagesOf } from '#test/support/lines.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
afterAll(async () => service[Symbol.asyncDispose]())

const nowNs = BigInt(Date.now() - 60_000) * 1_000_000n
const now = new Date(Number(nowNs / 1_000_000n)).toISOString()

async function post(tenant: string, path: string, body: Buffer | string, type = 'application/json'): Promise<Buffer> {
  const headers = { 'content-type': type, 'x-scope-orgid': tenant }
  const response = await fetch(`${service.url}${path}`, { method: 'POST', body: Buffer.from(body as string), headers })
  const answer = Buffer.from(await response.arrayBuffer())
  expect(response.status, answer.toString()).toBeLessThan(300)
  return answer
}
const lettersOf = async (tenant: string): Promise<{ reason: string; code: string; payload: unknown }[]> => {
  const { body } = await request(`${service.url}/v1/dead-letters`, { headers: { 'x-scope-orgid': tenant } })
  return body['deadLetters'] as { reason: string; code: string; payload: unknown }[]
}
const stored = (tenant: string): Promise<string[]> => messagesOf({ url: service.url, tenant })

const attributes = Object.entries({ 'k8s.namespace.name': 'shop', 'k8s.pod.name': 'cart', 'k8s.container.name': 'app' }).map(
  ([key, stringValue]) => ({ key, value: { stringValue } }),
)
const record = (stringValue: string) => ({ timeUnixNano: String(nowNs), body: { stringValue } })
const resourceLogs = (...logRecords: unknown[]) => ({ resource: { attributes }, scopeLogs: [{ logRecords }] })
const field = (number: number, bytes: Buffer): Buffer => {
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7]
  return Buffer.concat([Buffer.from([number * 8 + 2, ...length]), bytes])
}

test('OTLP in JSON: what is nested too deep costs its record, its scope or its resource', async () => {
  const deep = `${'[{"a":'.repeat(50_000)}"}]"${'}]'.repeat(50_000)}`
  const body = JSON.stringify({
    resourceLogs: [
      resourceLogs(record('before'), { ...record('deep'), attributes: 'DEEP' }, record('behind')),
      { ...resourceLogs(record('of a deep scope')), scopeLogs: [{ scope: { attributes: 'DEEP' }, logRecords: [record('x')] }] },
      { resource: 'DEEP', scopeLogs: [{ logRecords: [record('of a deep resource')] }] },
      'DEEP',
      resourceLogs(record('last')),
    ],
  }).replaceAll('"DEEP"', deep)
  const answer = JSON.parse((await post('deep', '/v1/logs', body)).toString()) as object
  expect(answer).toMatchObject({
    partialSuccess: { rejectedLogRecords: '4', errorMessage: expect.stringContaining('64 deep') as string },
  })
  expect(await stored('deep')).toEqual(['before', 'behind', 'last'])
  const letters = await lettersOf('deep')
  expect(letters).toHaveLength(4)
  expect(JSON.stringify(letters)).toMatch(/a deep resource/)
})

test('OTLP in protobuf: a broken resource or scope costs its records, which are dead letters', async () => {
  const whole = (...records: string[]): Buffer => encodeProto({ resourceLogs: [resourceLogs(...records.map(record))] })
  const scopeLogs = field(
    2,
    encodeProto({ resourceLogs: [{ scopeLogs: [{ logRecords: [record('kept')] }] }] })
      .subarray(2)
      .subarray(2),
  )
  const broken = Buffer.from([0x0a, 0xff])
  const body = Buffer.concat([
    whole('before'),
    field(1, broken),
    field(1, field(2, broken)),
    field(1, Buffer.concat([field(1, broken), scopeLogs])),
    whole('behind'),
  ])
  const answer = decodeAnswer(await post('broken', '/v1/logs', body, 'application/x-protobuf'))
  expect(answer).toMatchObject({
    partialSuccess: { rejectedLogRecords: '3', errorMessage: expect.stringContaining('no Resource of OTLP') as string },
  })
  expect(await stored('broken')).toEqual(['before', 'behind'])
  expect(await lettersOf('broken')).toHaveLength(3)
})

test('Loki in protobuf: a broken stream costs the others of its push nothing', async () => {
  const stream = (text: string): Buffer => {
    const entries = [{ timestamp: timestampOf(nowNs), line: Buffer.from(text) }]
    return field(1, encodeLoki('StreamAdapter', { labels: '{namespace="s",pod="p",container="c"}', entries }))
  }
  const push = Buffer.concat([stream('before'), field(1, Buffer.from([0x0a, 0xff, 0x00])), stream('behind')])
  await post('loki', '/loki/api/v1/push', compressSync(push), 'application/x-protobuf')
  expect(await stored('loki')).toEqual(['before', 'behind'])
  expect(await lettersOf('loki')).toMatchObject([{ reason: expect.stringMatching(/^the stream is no StreamAdapter/) as string }])
})

test('Loki in JSON: what is no stream costs the streams beside it nothing', async () => {
  const stream = (text: string) => ({ stream: owner, values: [[String(nowNs), text]] })
  const streams = [stream('before'), 7, null, 'text', [[]], true, stream('behind')]
  await post('loki-json', '/loki/api/v1/push', JSON.stringify({ streams }))
  expect(await stored('loki-json')).toEqual(['before', 'behind'])
  expect(await lettersOf('loki-json')).toHaveLength(5)
})

const owner = { namespace: 's', pod: 'p', container: 'c' }

const wrongTimes = [
  [{ time: 'yesterday' }, /^time yesterday is neither a date nor a number; send RFC 3339/],
  [{ '@timestamp': 'NaN' }, /^@timestamp NaN is neither a date nor a number/],
  [{ ts: true }, /^ts true is neither/],
  [{ timestamp: {} }, /^timestamp \{\} is neither/],
  [{ timestamp: { seconds: 1 } }, /^timestamp \{"seconds":…\} is neither/],
  [{ date: [1] }, /^date \[1\] is neither/],
  [{ time: -1 }, /^time 1969-12-31T23:59:59.000Z is before 1970/],
  [{ time: '9'.repeat(400) }, /^time 9{60}… is a number too large/],
  [{ time: 'x'.repeat(5000) }, /^time x{60}… is neither/],
] as const

test.each(wrongTimes.map(([time, reason]) => [JSON.stringify(time).slice(0, 40), time, reason] as const))(
  'the only time of a record is none: %s',
  async (name, time, reason) => {
    const tenant = name.replaceAll(/\W/g, '_')
    const lines = [
      { ...owner, time: now, log: 'before' },
      { ...owner, ...time, log: 'x' },
      { ...owner, time: now, log: 'behind' },
    ]
    await post(tenant, '/v1/fluent', JSON.stringify(lines))
    expect(await stored(tenant)).toEqual(['before', 'behind'])
    expect(await lettersOf(tenant)).toMatchObject([{ code: 'bad-time', reason: expect.stringMatching(reason) as string }])
  },
)

test('times of msgpack and of OTLP that are none are told with their value', async () => {
  await post('told', '/v1/fluent', Buffer.from(encode([{ a: 1 }, { ...owner, log: 'x' }])), 'application/msgpack')
  await post('told', '/v1/logs', JSON.stringify({ resourceLogs: [resourceLogs({ ...record('x'), timeUnixNano: 'noon' })] }))
  const reasons = (await lettersOf('told')).map(({ reason }) => reason)
  expect(reasons).toContainEqual(expect.stringMatching(/^date \{"a":1\} is neither a date nor a number/))
  expect(reasons).toContainEqual(expect.stringMatching(/^timeUnixNano must be ns since 1970, in digits, not "noon"/))
})

test('a tag that is true makes no fragment of a line', async () => {
  const lines = ['one', 'two'].map((log) => ({ ...owner, time: now, stream: 'stdout', logtag: true, log }))
  await post('tag', '/v1/fluent', JSON.stringify(lines))
  expect(await stored('tag')).toEqual(['one', 'two'])
})
