// Puts the Kafka parts together, where brokers are set: the publisher, and the source that consumes into the store.
import type { Registry } from 'prom-client'
import type { Config } from '#shared/config.ts'
import { createKafkaClient } from '#shared/kafka/client.ts'
import { createGroupConsumer } from '#shared/kafka/consumer.ts'
import { createPreparedTopics } from '#shared/kafka/prepared-topics.ts'
import { createPublisher } from '#shared/kafka/publisher.ts'
import type { Publisher } from '#shared/kafka/publisher-port.ts'
import { deadLetterTopic } from '#shared/kafka/settings.ts'
import type { LiveRetention } from '#shared/retention/live-retention.ts'
import type { Logger } from '#shared/logger.ts'
import { within } from '#shared/within.ts'
import type { GroupWriter } from './buffer/group-writer.ts'
import type { InflightBytes } from './buffer/inflight.ts'
import type { Decoder } from './decoding/decoder.ts'
import { createKafkaMetrics, type IngestMetrics } from './metrics.ts'
import { fitLetter } from './publish/dead-letter-messages.ts'
import { createDeliver } from './sources/deliver.ts'
import { createKafkaSource } from './sources/kafka.ts'

/** ms for the publisher to disconnect. */
const publisherMsMax = 2000

export interface KafkaOptions {
  config: Config
  retention: LiveRetention
  writer: GroupWriter
  decoder: Decoder
  inflight: InflightBytes
  metrics: IngestMetrics
  registry: Registry
  log: Logger
  clock: () => number
}

export interface IngestKafka {
  publisher: Publisher
  /** The reasons why it does not consume or publish; empty when it does both. */
  readiness(): string[]
  /** Stops consuming, then stores and commits what was consumed. */
  close(): Promise<void>
}

export function createKafka(options: KafkaOptions): IngestKafka {
  const { config, retention, writer, decoder, inflight, metrics, registry, log, clock } = options
  const formats = config.AFTERLOG_KAFKA_TOPICS
  const kafka = createKafkaClient({ config, log })
  const topics = createPreparedTopics({
    kafka,
    topics: [...formats.keys(), deadLetterTopic],
    partitions: config.AFTERLOG_KAFKA_TOPIC_PARTITIONS,
    replication: config.AFTERLOG_KAFKA_TOPIC_REPLICATION,
    retentionDays: config.AFTERLOG_KAFKA_TOPIC_RETENTION,
    log,
  })
  const publisher = createPublisher({ config, limitOf: topics.limitOf, log })
  // A publisher of its own: however many dead letters wait, posts have room.
  const letterPublisher = createPublisher({ config, limitOf: topics.limitOf, log })
  const delivery = createDeliver({
    accept: (tables) => writer.accept(tables),
    publish: (letters) =>
      letterPublisher.publish(
        letters.map((letter) => fitLetter(letter, letterPublisher.messageBytesMax(letter.topic))),
      ),
    log,
  })
  const source = createKafkaSource({
    join: (handler) =>
      createGroupConsumer({
        kafka,
        groupId: config.AFTERLOG_KAFKA_GROUP,
        topics: async () => {
          const usable = await topics.usable([...formats.keys()])
          const obstacle = retention.obstacle()
          if (obstacle !== undefined) throw obstacle
          return usable
        },
        handler,
        log,
      }),
    topics: [...formats.keys()],
    decoder: { decode: decoder.batch, lost: decoder.lost },
    deliver: delivery.deliver,
    inflight,
    metrics: createKafkaMetrics({ registry, ingest: metrics }),
    log,
    clock,
  })
  return {
    publisher,
    readiness: () => [
      ...topics.refused(),
      ...source.readiness(),
      ...[publisher.obstacle(), delivery.obstacle()].flatMap((reason) =>
        reason === undefined ? [] : [`ingest: ${reason}`],
      ),
    ],
    close: async () => {
      topics.close()
      await source.close()
      // All publishes have been answered by now, so a publisher that hangs may be left.
      await Promise.all([publisher, letterPublisher].map((each) => within(publisherMsMax, each.close())))
    },
  }
}
