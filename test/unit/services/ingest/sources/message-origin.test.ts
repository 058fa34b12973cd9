import { expect, test } from 'vitest'
import type { ConsumedMessage } from '#shared/kafka/consumer-port.ts'
import { createLoneOrdinals, messageOrigin } from '#ingest/sources/message-origin.ts'

const at = { topic: 'afterlog.logs', partition: 3 }
const broker = Date.UTC(2026, 10, 23, 10)
const front = broker - 5000
type Headers = NonNullable<ConsumedMessage['headers']>
const message = (more: Partial<ConsumedMessage> = {}): ConsumedMessage => ({
  offset: '77',
  timestamp: String(broker),
  key: null,
  value: null,
  ...more,
})
const originOf = (headers: Headers, timestamp = String(broker)) => messageOrigin(at, message({ headers, timestamp }), 'prod')

test('a message without headers is of the default tenant and cluster, named by where it stands, and came when the broker says', () => {
  const origin = {
    tenant: 'default',
    cluster: 'prod',
    node: '',
    agent: '',
    receivedMs: broker,
    arrival: 77,
    source: 'kafka:afterlog.logs/3@77',
  }
  expect(messageOrigin(at, message(), 'prod')).toEqual({ origin })
  expect(originOf({})).toEqual({ origin })
})

test('headers name tenant, cluster, node and arrival, as Buffers and as strings', () => {
  const named = {
    'x-scope-orgid': 'acme',
    'x-afterlog-cluster': 'eu',
    'x-afterlog-node': 'node 7',
    'x-afterlog-received': String(front),
  }
  const buffers = Object.fromEntries(Object.entries(named).map(([name, value]) => [name, Buffer.from(value)]))
  for (const headers of [named, buffers])
    expect(originOf(headers)).toMatchObject({ origin: { tenant: 'acme', cluster: 'eu', node: 'node 7', receivedMs: front } })
})

test('of a header given twice the last counts, and an empty one is none', () => {
  expect(originOf({ 'x-scope-orgid': ['a', Buffer.from('b')] }).origin.tenant).toBe('b')
  expect(originOf({ 'x-scope-orgid': [] }).origin.tenant).toBe('default')
  expect(originOf({ 'x-scope-orgid': '', 'x-afterlog-cluster': Buffer.alloc(0) }).origin).toMatchObject({
    tenant: 'default',
    cluster: 'prod',
  })
  expect(originOf({ 'x-scope-orgid': '', 'X-Scope-OrgID': 't4' }).origin.tenant).toBe('t4')
  expect(originOf({ 'x-scope-orgid': 't5', 'X-Scope-OrgID': 't6' }).origin.tenant).toBe('t6')
})

test.each(['two words', 'a\n', 'x'.repeat(129), Buffer.from([0xff]), 'é'])(
  'a tenant of %j is a problem, not the default tenant’s line',
  (tenant) => {
    expect(originOf({ 'x-scope-orgid': tenant }).problem).toContain('x-scope-orgid')
  },
)

test.each(['yesterday', '-5', String(Date.UTC(2107, 0))])('an arrival of %s, which a header says, is a problem', (received) => {
  expect(originOf({ 'x-afterlog-received': received }).problem).toContain('x-afterlog-received')
})

test.each(['cluster', 'node'])('a %s that is no text of 253 characters is a problem', (name) => {
  for (const value of ['x'.repeat(254), 'a\0b', Buffer.from([0x80])])
    expect(originOf({ [`x-afterlog-${name}`]: value }).problem).toContain(`x-afterlog-${name}`)
  expect(originOf({ [`x-afterlog-${name}`]: 'x'.repeat(253) }).problem).toBeUndefined()
})

test.each(['garbage', '-5', '0', '1e3', '99999999999999999999', '8640000000000000', ' 1'])(
  'an arrival of %j means nothing, and the broker’s timestamp counts',
  (received) => {
    expect(originOf({ 'x-afterlog-received': received }).origin.receivedMs).toBe(broker)
  },
)

test.each(['0', '-1', 'garbage', '', '9223372036854775807', String(Date.UTC(2262, 0))])(
  'of a message with the timestamp %j nobody knows when it came, whoever reads it',
  (timestamp) => {
    expect(originOf({}, timestamp).origin.receivedMs).toBeNaN()
    expect(originOf({ 'x-afterlog-received': String(front) }, timestamp).origin.receivedMs).toBe(front)
  },
)

test('ordinals of lone records are one number per topic, partition and offset, the same for every process', () => {
  const [one, other] = [createLoneOrdinals(), createLoneOrdinals()]
  const places = ['a', 'b'].flatMap((topic) => [0, 1].map((partition) => ({ topic, partition })))
  const numbers = places.flatMap((place) => ['0', '1', '1000000000000'].map((offset) => one(place, offset)))
  expect(new Set(numbers).size).toBe(numbers.length)
  expect(numbers.every((number) => Number.isSafeInteger(number) && number >= 0)).toBe(true)
  expect(places.flatMap((place) => ['0', '1', '1000000000000'].map((offset) => other(place, offset)))).toEqual(numbers)
})

test('headers are named as over HTTP, whatever their case', () => {
  expect(originOf({ 'X-Scope-OrgID': 't3', 'X-Afterlog-Node': 'n' }).origin).toMatchObject({ tenant: 't3', node: 'n' })
  expect(originOf({ 'X-SCOPE-ORGID': 'a b' }).problem).toContain('x-scope-orgid')
})
