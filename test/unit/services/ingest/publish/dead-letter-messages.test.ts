import { expect, test } from 'vitest'
import type { Origin } from '#ingest/normalise/origin.ts'
import type { Reject } from '#ingest/normalise/reject.ts'
import { deadLetterMessages, fitLetter } from '#ingest/publish/dead-letter-messages.ts'
import { letterRows } from '#ingest/store/dead-letters.ts'

const origin: Origin = {
  tenant: 't',
  cluster: '',
  node: '',
  agent: '',
  receivedMs: Date.UTC(2026, 10, 23, 10),
  source: 'kafka:afterlog.logs/2@1181',
}
const reject = (payload: Buffer): Reject => ({ index: 0, reason: 'not-json', detail: 'expected "{"', payload })
const key = Buffer.from('afterlog.logs/2@1181')
const place = { topic: 'afterlog.logs', partition: 2, offset: '1181' }

test('a message says where it was, why it failed, and has the identity of the row', () => {
  const rejects = [reject(Buffer.from('garbage ü'))]
  const [message, ...more] = deadLetterMessages(rejects, origin, key, place)
  expect(more).toEqual([])
  expect(message).toMatchObject({
    topic: 'afterlog.dead-letters',
    key: Buffer.from('kafka:afterlog.logs/2@1181#0'),
    headers: { 'x-scope-orgid': 't' },
  })
  const value = JSON.parse(message!.value.toString()) as { id: string }
  expect(value).toEqual({
    id: expect.stringMatching(/^\d+$/) as unknown,
    time: '2026-11-23T10:00:00.000000000Z',
    origin: 'kafka:afterlog.logs/2@1181#0',
    tenant: 't',
    topic: 'afterlog.logs',
    partition: 2,
    offset: 1181,
    index: 0,
    reason: 'expected "{"',
    code: 'not-json',
    payload: 'garbage ü',
  })
  expect(letterRows(rejects, origin, key)[0]!.rows.toString()).toContain(`",${value.id},"`)
})

test('what is unknown is null, and bytes that are not UTF-8 are base64, cut like the row', () => {
  const [message] = deadLetterMessages([reject(Buffer.alloc(70_000, 0xff))], origin, key)
  expect(JSON.parse(message!.value.toString())).toMatchObject({
    topic: null,
    partition: null,
    offset: null,
    payload: { base64: Buffer.alloc(65_536, 0xff).toString('base64') },
  })
})

test('the worst payload stays below what a broker takes by default', () => {
  const [message] = deadLetterMessages([reject(Buffer.alloc(70_000, 1))], origin, key)
  expect(message!.value.length).toBeLessThan(900_000)
})

test.each([1000, 5000, 50_000])(
  'of a letter over %i bytes as much of the payload stays as the topic takes, and it says so',
  (bytesMax) => {
    for (const payload of [Buffer.alloc(65_000, 'x'), Buffer.alloc(65_000, 0xff), Buffer.alloc(65_000, 1)]) {
      const fitted = fitLetter(deadLetterMessages([reject(payload)], origin, key)[0]!, bytesMax)
      const size = fitted.value.length + fitted.key!.length + Object.entries(fitted.headers).flat().join('').length
      expect(size).toBeLessThanOrEqual(bytesMax)
      const { payload: kept, truncated } = JSON.parse(fitted.value.toString()) as {
        payload: { base64: string }
        truncated: boolean
      }
      const bytes = Buffer.from(kept.base64, 'base64')
      expect(truncated).toBe(true)
      expect(bytes).toEqual(payload.subarray(0, bytes.length))
      expect(size).toBeGreaterThan(bytesMax - 20)
    }
  },
)

test('a letter that fits is left as it is', () => {
  const [message] = deadLetterMessages([reject(Buffer.from('garbage'))], origin, key)
  expect(fitLetter(message!, 10_000)).toBe(message)
  expect(fitLetter(message!, undefined)).toBe(message)
})
