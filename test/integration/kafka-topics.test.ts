// Topics before their use, and the codecs of foreign producers, against a real broker.
import kafkajs from 'kafkajs'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createKafkaClient } from '#shared/kafka/client.ts'
import { prepareTopics } from '#shared/kafka/topics.ts'
import { kcatProduce } from '#test/support/kafka/kcat.ts'
import { createTopics, withAdmin } from '#test/support/kafka/topics.ts'
import { withKafka } from '#test/support/kafka/with-kafka.ts'

const log = pino({ level: 'silent' })

withKafka(
  'topics on Kafka',
  (kafka) => {
    const client = () =>
      createKafkaClient({
        config: {
          AFTERLOG_KAFKA_BROKERS: kafka.brokers.split(','),
          AFTERLOG_KAFKA_SSL: false,
          AFTERLOG_KAFKA_CLIENT_ID: 'afterlog-test',
        },
        log,
      })
    const prepare = async (topics: readonly string[], partitions = 3) => {
      const admin = client().admin()
      await admin.connect()
      try {
        return await prepareTopics({ admin, topics, partitions, retentionDays: 2, log })
      } finally {
        await admin.disconnect()
      }
    }

    const settingsOf = async (topic: string): Promise<Record<string, string>> =>
      await withAdmin(kafka.brokers, async (admin) => {
        const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }]
        const answer = await admin.describeConfigs({ includeSynonyms: false, resources })
        return Object.fromEntries(answer.resources[0]!.configEntries.map((entry) => [entry.configName, entry.configValue]))
      })

    test('missing topics are created by processes that start at once, none of which fails', async () => {
      const topics = Array.from({ length: 4 }, () => kafka.name('created'))
      const [first, ...others] = await Promise.all(Array.from({ length: 4 }, () => prepare(topics)))
      expect([...first!.keys()]).toEqual(topics)
      expect([...first!.values()]).toEqual(topics.map(() => ({ messageBytesMax: 8 * 1024 * 1024 })))
      for (const other of others) expect(other).toEqual(first)
      expect(await settingsOf(topics[0]!)).toMatchObject({
        'cleanup.policy': 'delete',
        'message.timestamp.type': 'LogAppendTime',
        'retention.ms': String(2 * 86_400_000),
        'max.message.bytes': '8388608',
      })
      const { topics: described } = await withAdmin(kafka.brokers, (admin) => admin.fetchTopicMetadata({ topics }))
      expect(described.map(({ partitions }) => partitions.length)).toEqual([3, 3, 3, 3])
    })

    test('an existing topic is left as it is, and its limit is read', async () => {
      const topic = kafka.name('existing')
      await createTopics(kafka.brokers, [
        { topic, partitions: 1, settings: { 'max.message.bytes': '123456', 'retention.ms': '5000' } },
      ])
      expect(await prepare([topic])).toEqual(new Map([[topic, { messageBytesMax: 123_456 }]]))
      expect(await settingsOf(topic)).toMatchObject({ 'retention.ms': '5000', 'message.timestamp.type': 'CreateTime' })
    })

    test.each(['compact', 'compact,delete'])(
      'a topic with cleanup.policy=%s is refused by name, the others are not',
      async (policy) => {
        const [compacted, fine] = [kafka.name('compacted'), kafka.name('fine')]
        await createTopics(kafka.brokers, [{ topic: compacted, settings: { 'cleanup.policy': policy } }])
        const states = await prepare([compacted, fine])
        expect(states.get(compacted)?.refused).toContain(`the topic ${compacted} has cleanup.policy=`)
        expect(states.get(fine)?.refused).toBeUndefined()
      },
    )

    test('a topic that the broker will not create is refused with its reason', async () => {
      const topic = kafka.name('replicated')
      const admin = client().admin()
      await admin.connect()
      try {
        const states = await prepareTopics({ admin, topics: [topic], partitions: 1, replication: 99, retentionDays: 1, log })
        expect(states.get(topic)?.refused).toMatch(`the topic ${topic} does not exist and the broker does not create it: `)
        expect(states.get(topic)?.refused).toContain('INVALID_REPLICATION_FACTOR')
      } finally {
        await admin.disconnect()
      }
    })

    test('what librdkafka sends is read, whatever its compression', async () => {
      const topic = kafka.name('codecs')
      await createTopics(kafka.brokers, [{ topic }])
      const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
      // One batch of many messages per codec: librdkafka sends what compression would make longer as it is.
      const lines = (codec: string): string[] =>
        Array.from({ length: 2000 }, (_, index) => `${codec} ${index} ${'connection refused '.repeat(4)}`)
      for (const compression of codecs)
        await kcatProduce({
          brokers: kafka.brokers,
          topic,
          lines: lines(compression),
          compression,
          properties: { 'linger.ms': '200' },
        })
      const consumer = client().consumer({ groupId: kafka.name('reader') })
      const wanted = codecs.flatMap(lines)
      const seen: string[] = []
      const { promise: all, resolve } = Promise.withResolvers<void>()
      await consumer.connect()
      try {
        await consumer.subscribe({ topic, fromBeginning: true })
        await consumer.run({
          eachMessage: async ({ message }) => {
            seen.push(message.value!.toString())
            if (seen.length === wanted.length) resolve()
          },
        })
        await all
      } finally {
        await consumer.disconnect()
      }
      expect(seen).toEqual(wanted)
    })
  },
  { kcat: true },
)
