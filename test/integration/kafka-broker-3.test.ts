// A broker of the 3.9 line, which many clusters still run: the same settings start it, and a client that is not ours
// speaks to it.
import { expect, test } from 'vitest'
import { kcatConsume, kcatProduce } from '#test/support/kafka/kcat.ts'
import { createTopics } from '#test/support/kafka/topics.ts'
import { withKafka } from '#test/support/kafka/with-kafka.ts'

withKafka(
  'a broker of Kafka 3.9',
  (kafka) => {
    test('takes what kcat produces, and has it after it was killed', async () => {
      const topic = kafka.name('old')
      await createTopics(kafka.brokers, [{ topic, partitions: 2 }])
      for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] as const)
        await kcatProduce({ brokers: kafka.brokers, topic, lines: [compression], compression, partition: 0 })
      await kafka.process.restart()
      const messages = await kcatConsume({ brokers: kafka.brokers, topic })
      expect(messages.map(({ payload }) => payload)).toEqual(['gzip', 'snappy', 'lz4', 'zstd'])
    })
  },
  { version: '3.9.2', kcat: true },
)
