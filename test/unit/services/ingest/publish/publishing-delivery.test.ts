import { expect, test } from 'vitest'
import { AfterlogError } from '#shared/errors.ts'
import type { KafkaMessage, Publisher } from '#shared/kafka/publisher-port.ts'
import type { TopicFormat } from '#shared/kafka/settings.ts'
import { bodyMessages } from '#ingest/publish/body-messages.ts'
import { createPublishingDelivery } from '#ingest/publish/publishing-delivery.ts'
import { readRejectMessage, rejectsHeader } from '#ingest/publish/reject-messages.ts'
import { decodeOptions, record } from '#test/support/decode.ts'
import { fixture } from '#test/support/kubernetes.ts'

const away = new AfterlogError('broker-unavailable', 'away', { retryAfterS: 5 })
const origin = { ...decodeOptions.origin, format: 'native' as const }
const native = { format: 'native', form: 'json' } as const
const bodyOf = (...records: readonly unknown[]) => Buffer.from(JSON.stringify({ records }))

/** A delivery over a publisher that takes calls, or fails the one of that number. */
function deliveryOf({
  failing = -1,
  bytesMax = 1_000_000,
  told: knows = true,
  topics = [['logs', 'native']] as [string, TopicFormat][],
} = {}) {
  const calls: (readonly KafkaMessage[])[] = []
  const told: string[] = []
  const publisher: Publisher = {
    publish: (messages) => {
      calls.push(messages)
      return calls.length - 1 === failing ? Promise.reject(away) : Promise.resolve()
    },
    messageBytesMax: () => (knows ? bytesMax : undefined),
  }
  const deliver = createPublishingDelivery({
    decoder: {
      messages: async (body, from, { room, ...as }, use) => use(bodyMessages(body, from, as, room, decodeOptions)),
    },
    publisher,
    topics: new Map(topics),
    direct: () => {
      told.push('direct')
      return Promise.resolve({ accepted: 0, rejects: [] })
    },
    onPublished: (_, { accepted, rejects }) => told.push(`${accepted} ${rejects.length}`),
  })
  return { deliver, calls, told }
}

test('lines and rejects of a body are published together, and only then is it answered', async () => {
  const { deliver, calls, told } = deliveryOf()
  expect(await deliver(bodyOf(record, 17), origin, native)).toMatchObject({ accepted: 1, rejects: [{ index: 1 }] })
  expect(calls.map((messages) => messages.map(({ headers }) => rejectsHeader in headers))).toEqual([[false, true]])
  expect(told).toEqual(['1 1'])
})

test('a body that the broker did not take is not answered', async () => {
  const { deliver, told } = deliveryOf({ failing: 0 })
  await expect(deliver(bodyOf(record), origin, native)).rejects.toBe(away)
  expect(told).toEqual([])
})

test('while no broker has told how large messages may be, nothing is published and nothing answered', async () => {
  const { deliver, calls } = deliveryOf({ told: false })
  await expect(deliver(bodyOf(record), origin, native)).rejects.toMatchObject({ code: 'broker-unavailable', retryAfterS: 5 })
  expect(calls).toEqual([])
})

test('a body goes to the first topic of its format, and without one to the store', async () => {
  const { deliver, calls, told } = deliveryOf({
    topics: [
      ['a', 'native'],
      ['b', 'native'],
    ],
  })
  await deliver(bodyOf(record), origin, native)
  expect(calls.flat().map(({ topic }) => topic)).toEqual(['a'])
  await deliver(Buffer.from(JSON.stringify(fixture('pod-crash-loop'))), origin, { format: 'lifecycle', form: 'json' })
  expect(told).toEqual(['1 0', 'direct'])
})

test('a dead letter that was sent again is done with once what it brought is on the broker, and not before', async () => {
  const from = { ...origin, replay: '77' }
  const failed = deliveryOf({ failing: 0 })
  await expect(failed.deliver(bodyOf(record), from, native)).rejects.toBe(away)
  expect(failed.calls).toHaveLength(1)
  const { deliver, calls } = deliveryOf()
  await deliver(bodyOf(record), from, native)
  expect(calls).toHaveLength(2)
  const [mark] = calls[1]!
  expect(mark!.key).toEqual(calls[0]![0]!.key)
  expect(readRejectMessage(mark!.headers[rejectsHeader]!, mark!.value, origin)).toMatchObject({ replayed: '77', rejects: [] })
})

test('a record that is refused again stays the letter that it is', async () => {
  const { deliver, calls } = deliveryOf()
  expect(await deliver(bodyOf(17), { ...origin, replay: '77' }, native)).toMatchObject({ accepted: 0, rejects: [{ index: 0 }] })
  expect(calls).toEqual([[]])
})

test('a record that fits no message has its own index among more rejects than have letters', async () => {
  const { deliver } = deliveryOf({ bytesMax: 3000 })
  const large = { ...record, message: 'x'.repeat(5000) }
  const records = [...Array.from({ length: 10_050 }, () => 17), large, 17]
  const { rejects } = await deliver(bodyOf(...records), origin, native)
  expect(rejects.filter(({ reason }) => reason === 'too-large').map(({ index }) => index)).toEqual([10_050])
})
