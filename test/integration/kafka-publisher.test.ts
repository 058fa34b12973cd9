// Publishing against a real broker: what is acknowledged is there, in order, and an outage is told in time and
// survived.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { KafkaClientConfig } from '#shared/kafka/client.ts'
import { createPublisher, type KafkaPublisher } from '#shared/kafka/publisher.ts'
import type { KafkaMessage } from '#shared/kafka/publisher-port.ts'
import { kcatConsume } from '#test/support/kafka/kcat.ts'
import { createTopics } from '#test/support/kafka/topics.ts'
import { withKafka } from '#test/support/kafka/with-kafka.ts'

const log = pino({ level: 'silent' })
const open: KafkaPublisher[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((publisher) => publisher.close()))
})

function publisherOf(brokers: string, options: Partial<Parameters<typeof createPublisher>[0]> = {}): KafkaPublisher {
  const config: KafkaClientConfig = {
    AFTERLOG_KAFKA_BROKERS: brokers.split(','),
    AFTERLOG_KAFKA_SSL: false,
    AFTERLOG_KAFKA_CLIENT_ID: 'afterlog-test',
  }
  const publisher = createPublisher({ config, log, limitOf: () => 1_048_588, ...options })
  open.push(publisher)
  return publisher
}

const message = (topic: string, key: string | null, value: string | Buffer): KafkaMessage => ({
  topic,
  key: key === null ? null : Buffer.from(key),
  value: Buffer.from(value),
  headers: { 'x-scope-orgid': 'default' },
})

withKafka(
  'publishing to Kafka',
  (kafka) => {
    const values = async (topic: string) => (await kcatConsume({ brokers: kafka.brokers, topic })).map(({ payload }) => payload)

    test('what is acknowledged is on the broker, each key in one partition and in order, readable by another client', async () => {
      const topic = kafka.name('order')
      await createTopics(kafka.brokers, [{ topic, partitions: 6 }])
      const publisher = publisherOf(kafka.brokers)
      const keys = Array.from({ length: 12 }, (_, index) => `pod-${index}`)
      const calls = Array.from({ length: 1200 }, (_, index) => {
        const key = keys[index % keys.length]!
        return publisher.publish([message(topic, key, `${key}:${2 * index}`), message(topic, key, `${key}:${2 * index + 1}`)])
      })
      await Promise.all(calls)
      const stored = await kcatConsume({ brokers: kafka.brokers, topic })
      expect(stored).toHaveLength(2400)
      expect(stored[0]?.headers).toEqual(['x-scope-orgid', 'default'])
      for (const key of keys) {
        const own = stored.filter((one) => one.key === key)
        const numbers = own.map(({ payload }) => Number(payload?.split(':')[1]))
        expect(new Set(own.map(({ partition }) => partition)).size).toBe(1)
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
        expect(numbers).toHaveLength(200)
      }
      expect(publisher.obstacle()).toBeUndefined()
    })

    test('messages without a key are spread, and all are there', async () => {
      const topic = kafka.name('keyless')
      await createTopics(kafka.brokers, [{ topic, partitions: 3 }])
      const publisher = publisherOf(kafka.brokers)
      await publisher.publish(Array.from({ length: 300 }, (_, index) => message(topic, null, String(index))))
      const stored = await kcatConsume({ brokers: kafka.brokers, topic })
      expect(new Set(stored.map(({ payload }) => payload)).size).toBe(300)
      expect(new Set(stored.map(({ partition }) => partition)).size).toBe(3)
    })

    test('a message as large as messageBytesMax says is taken; a larger one is refused alone, with the limit named', async () => {
      const topic = kafka.name('large')
      await createTopics(kafka.brokers, [{ topic, settings: { 'max.message.bytes': '100000' } }])
      const publisher = publisherOf(kafka.brokers, { limitOf: () => 100_000 })
      const max = publisher.messageBytesMax(topic)!
      // Random bytes, since the broker's limit is of compressed ones.

      const exactly = { ...message(topic, null, randomBytes(max)), headers: {} }
      await publisher.publish([exactly])
      const small = Array.from({ length: 20 }, (_, index) => publisher.publish([message(topic, 'k', `small ${index}`)]))
      const refused = publisher.publish([message(topic, 'k', 'before it'), message(topic, 'k', randomBytes(100_001))])
      const after = publisher.publish([message(topic, 'k', 'after it')])
      await expect(refused).rejects.toMatchObject({ code: 'too-large', message: expect.stringContaining('100000') as string })
      await Promise.all([...small, after])
      expect(await values(topic)).toContain('after it')
    })

    test('a limit that is not known, or wrong, refuses only the message that is over it', async () => {
      const topic = kafka.name('wrong-limit')
      await createTopics(kafka.brokers, [{ topic, settings: { 'max.message.bytes': '5000' } }])
      const publisher = publisherOf(kafka.brokers, { limitOf: () => undefined })
      expect(publisher.messageBytesMax(topic)).toBeUndefined()

      const outcomes = await Promise.allSettled(
        [100, 4000, 6000, 4000, 100].map((length) => publisher.publish([message(topic, 'k', randomBytes(length))])),
      )
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
    })

    test('a topic that is not there fails by itself, in time, and the others go on', async () => {
      const topic = kafka.name('there')
      await createTopics(kafka.brokers, [{ topic }])
      const publisher = publisherOf(kafka.brokers, { timeoutMs: 2500 })
      const missing = publisher.publish([message(kafka.name('missing'), 'k', 'x')])
      const held = expect(missing).rejects.toMatchObject({ code: 'broker-unavailable', retryAfterS: 5 })
      await publisher.publish([message(topic, 'k', 'y')])
      await held
      expect(publisher.obstacle()).toContain('UNKNOWN_TOPIC_OR_PARTITION')
    })

    describe('while the broker is away', () => {
      kafka.testThatKills('callers are told in time, and publishing works again by itself', async () => {
        const topic = kafka.name('outage')
        await createTopics(kafka.brokers, [{ topic, partitions: 3 }])
        const publisher = publisherOf(kafka.brokers, { timeoutMs: 1500, bytesMax: 1000 })
        await publisher.publish([message(topic, 'k', 'before')])
        await kafka.process.kill()

        const began = performance.now()
        const waiting = publisher.publish([message(topic, 'k', 'during')])
        const held = expect(waiting).rejects.toMatchObject({ code: 'broker-unavailable', status: 503, retryAfterS: 5 })
        await expect(publisher.publish([message(topic, 'k', 'x'.repeat(1000))])).rejects.toMatchObject({
          code: 'broker-unavailable',
          message: expect.stringContaining('wait for Kafka already') as string,
        })
        expect(performance.now() - began).toBeLessThan(500)
        await held
        expect(performance.now() - began).toBeLessThan(2500)
        await expect(publisher.publish([message(topic, 'k', 'during')])).rejects.toMatchObject({ code: 'broker-unavailable' })
        expect(publisher.obstacle()).toContain('Kafka cannot be reached')

        await kafka.process.restart()
        await expect.poll(() => publisher.obstacle(), { timeout: 10_000 }).toBeUndefined()
        await publisher.publish([message(topic, 'k', 'after')])
        const stored = await values(topic)
        expect(stored.slice(0, 1).concat(stored.slice(-1))).toEqual(['before', 'after'])
      })

      kafka.testThatKills('a publisher that is made meanwhile waits for it, and ends when it is told', async () => {
        const topic = kafka.name('late')
        await createTopics(kafka.brokers, [{ topic }])
        await kafka.process.kill()
        const publisher = publisherOf(kafka.brokers, { timeoutMs: 40_000 })
        expect(publisher.obstacle()).toBe('no Kafka broker has answered yet')
        const waiting = publisher.publish([message(topic, 'k', 'waited')])
        await kafka.process.restart()
        await waiting
        expect(await values(topic)).toEqual(['waited'])
        await publisher.close()
        await expect(publisher.publish([message(topic, 'k', 'x')])).rejects.toMatchObject({ code: 'stopping' })
      })

      kafka.testThatKills(
        'what comes after a message whose acknowledgement was lost is not taken for its repetition',
        async () => {
          const topic = kafka.name('lost-ack')
          await createTopics(kafka.brokers, [{ topic }])
          const publisher = publisherOf(kafka.brokers, { timeoutMs: 1000 })
          await publisher.publish([message(topic, 'k', 'before')])
          kafka.process.suspend()
          // Into the broker's socket: it stores it when it goes on, under the sequence number that follows `before`.
          await expect(publisher.publish([message(topic, 'k', 'unanswered')])).rejects.toMatchObject({
            code: 'broker-unavailable',
          })
          // Until kafkajs has ended its own retries too, of which nobody is told: only then does it use the number
          // again.
          await sleep(2500)
          kafka.process.resume()
          const acknowledged = Array.from({ length: 5 }, (_, index) => `after ${index}`)
          // A broker that stood still may have no leader for a while: a sender that is told 503 sends again.
          for (const value of acknowledged)
            await vi.waitFor(() => publisher.publish([message(topic, 'k', value)]), { timeout: 20_000, interval: 100 })
          expect(await values(topic)).toEqual(expect.arrayContaining(['before', 'unanswered', ...acknowledged]))
        },
      )
    })
  },
  { kills: true, kcat: true },
)
