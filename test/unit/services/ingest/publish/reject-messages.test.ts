import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { KafkaMessage } from '#shared/kafka/publisher-port.ts'
import type { Origin } from '#ingest/normalise/origin.ts'
import type { Reject } from '#ingest/normalise/reject.ts'
import { readRejectMessage, rejectMessages, rejectsHeader, replayedMessage } from '#ingest/publish/reject-messages.ts'
import { letterRows } from '#ingest/store/dead-letters.ts'

const room = { topic: 'afterlog.logs', messageBytesMax: 1_000_000 }
const origin: Origin = {
  tenant: 'acme',
  cluster: 'prod',
  node: 'node-7',
  agent: '',
  receivedMs: Date.UTC(2026, 10, 23, 12),
  source: 'http:/v1/batches',
  format: 'native',
}
const key = Buffer.from('0123456789abcdef0123456789abcdef')
const reject = (index: number, payload: Buffer): Reject => ({ index, reason: 'bad-field', detail: `größe ${index}`, payload })

/** What a consumer makes of the message, by the message alone. */
const read = ({ headers, value }: KafkaMessage) =>
  readRejectMessage(headers[rejectsHeader]!, value, {
    tenant: headers['x-scope-orgid']!,
    cluster: 'of the consumer',
    node: '',
    agent: '',
    receivedMs: Number(headers['x-afterlog-received']),
    source: 'kafka:afterlog.logs/0@7',
  })!
const rowsOf = (rejects: readonly Reject[], from = origin) => letterRows(rejects, from, key)[0]?.rows.toString('latin1') ?? ''
const consumed = (messages: readonly KafkaMessage[]) =>
  messages
    .map((message) => {
      const told = read(message)
      return letterRows(told.rejects, told.origin, told.key)[0]!.rows.toString('latin1')
    })
    .join('')

describe('rejects that went through a topic are the dead letters that they would have been over HTTP, byte by byte', () => {
  test('whatever their payload', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { minLength: 1, maxLength: 5 }), (payloads) => {
        const rejects = payloads.map((bytes, i) => reject(i * 2, Buffer.from(bytes)))
        expect(consumed(rejectMessages(rejects, origin, key, room))).toBe(rowsOf(rejects))
      }),
    )
  })

  test('also what their records inherited, and what they were sent again for', () => {
    const rejects = [{ ...reject(1, Buffer.from('{}')), inherited: { cluster: 'ü', node: 'n', agent: 'a/1' } }]
    const from = { ...origin, replay: '18446744073709551615', format: 'lifecycle' as const }
    expect(consumed(rejectMessages(rejects, from, key, room))).toBe(rowsOf(rejects, from))
  })

  test('a long payload is cut as in the table, and its length is kept', () => {
    const rejects = [reject(0, Buffer.alloc(200_000, 0x78)), reject(1, Buffer.alloc(200_000, 1))]
    expect(consumed(rejectMessages(rejects, origin, key, room))).toBe(rowsOf(rejects))
  })
})

test('many rejects are few messages, none over the limit of the topic, and none is lost', () => {
  const rejects = Array.from({ length: 500 }, (_, i) => reject(i, Buffer.alloc(i * 10, 0x1f)))
  for (const messageBytesMax of [1_000_000, 20_000, 3000]) {
    const messages = rejectMessages(rejects, origin, key, { ...room, messageBytesMax })
    expect(messages.length).toBeLessThan(501)
    for (const { value, headers } of messages)
      expect(value.length + key.length + JSON.stringify(headers).length).toBeLessThanOrEqual(messageBytesMax)
    const told = messages.flatMap((message) => read(message).rejects)
    expect(told.map(({ index, payloadBytes }) => [index, payloadBytes])).toEqual(
      rejects.map(({ payload }, i) => [i, payload.length]),
    )
    for (const [i, { payload }] of told.entries()) expect(rejects[i]!.payload.subarray(0, payload.length)).toEqual(payload)
  }
})

test('a letter that is done with is told by itself, behind what it brought', () => {
  const brought = { topic: room.topic, key: Buffer.from('uid'), value: key, headers: {} }
  const message = replayedMessage('77', { ...origin, replay: '77' }, room, [brought])
  expect(message.key).toEqual(brought.key)
  const told = read(message)
  expect(told).toMatchObject({ rejects: [], replayed: '77', origin: { tenant: 'acme', receivedMs: origin.receivedMs } })
})

test.each(['', 'zz', '00'])('a message that only looks like one is none: header %j', (header) => {
  for (const value of [
    '',
    '{}x',
    '[]',
    'null',
    '{"rejects":[{}]}',
    '{"rejects":[17]}',
    '{"rejects":[null]}',
    '{"rejects":[{"index":1}]}',
  ])
    expect(readRejectMessage(header, Buffer.from(value), origin)).toBeUndefined()
})

test('what somebody else made up cannot make a row that the store refuses', () => {
  const made = {
    rejects: [{ index: 1, reason: 'bad-time', payloadBytes: -5.5, payload: 'ab', inherited: null }],
    replayed: '99999999999999999999',
    replay: '-1',
  }
  const told = readRejectMessage('00', Buffer.from(JSON.stringify(made)), origin)!
  expect(told.rejects).toMatchObject([{ index: 1, payloadBytes: 2 }])
  expect([told.replayed, told.origin.replay]).toEqual([undefined, undefined])
  expect(readRejectMessage('00', Buffer.from(JSON.stringify(made)), { ...origin, receivedMs: Number.NaN })).toBeUndefined()
  for (const wrong of [{ index: -5, reason: 'bad-time' }, { index: 0, reason: 'made up' }, { index: 0 }, null])
    expect(readRejectMessage('00', Buffer.from(JSON.stringify({ rejects: [wrong] })), origin)).toBeUndefined()
})
