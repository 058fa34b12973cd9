// A Kafka source as the ingest service puts it together, over a broker and a store that are real, with a seam at each
// step where a test lets something fail, hang or die. A crash takes all that it has in memory, and nothing else.
import { Registry } from 'prom-client'
import { createKafkaClient } from '#shared/kafka/client.ts'
import { createGroupConsumer } from '#shared/kafka/consumer.ts'
import type { ConsumerHandler, GroupConsumer, OffsetRange } from '#shared/kafka/consumer-port.ts'
import type { KafkaMessage } from '#shared/kafka/publisher-port.ts'
import type { TopicFormat } from '#shared/kafka/settings.ts'
import { createLogger } from '#shared/logger.ts'
import { parseRetention } from '#shared/retention/retention.ts'
import type { Insert, LogStore } from '#shared/clickhouse/store.ts'
import { createBufferPool } from '#ingest/buffer/buffer-pool.ts'
import { OpenFragments } from '#ingest/normalise/open-fragments.ts'
import { InflightBytes } from '#ingest/buffer/inflight.ts'
import { createIngestMetrics, createKafkaMetrics } from '#ingest/metrics.ts'
import { createBatchDecoder } from '#ingest/sources/decode-batch.ts'
import { createDeliver } from '#ingest/sources/deliver.ts'
import { createKafkaSource } from '#ingest/sources/kafka.ts'
import { createStoreWriter } from '#ingest/store/store-writer.ts'

export interface TestSourceOptions {
  brokers: string
  group: string
  /** With their formats. */
  topics: Readonly<Record<string, TopicFormat>>
  store: LogStore
  inflightBytesMax?: number
  /** Stands before the store; default: stores. */
  insert?: (insert: Insert, store: LogStore) => Promise<void>
  /** Stands before the broker; default: commits. */
  commit?: (commit: () => Promise<void>) => Promise<void>
  /** Stands before the handler of assignments; default: hands them on. */
  topicNames?: () => Promise<readonly string[]>
}

export interface TestSource extends AsyncDisposable {
  /** Ranges that it was given, in order. */
  readonly fetched: readonly (OffsetRange & { messages: number })[]
  readonly lost: readonly OffsetRange[]
  /** Assignments that were ready, as `topic/partition@position`. */
  readonly assigned: readonly string[][]
  /** Partitions that it told Kafka to give nothing of. */
  readonly paused: ReadonlySet<string>
  /** Dead letters for the topic of dead letters. */
  readonly letters: KafkaMessage[]
  readonly inflight: InflightBytes
  readonly registry: Registry
  readiness(): string[]
  /** As of SIGKILL: what is under way comes to nothing here, is not committed, and the group learns that it is gone. */
  crash(): Promise<void>
}

/** Starts it; dispose it to stop it in order. */
export function startSource(options: TestSourceOptions): TestSource {
  const { brokers, group, topics, store, inflightBytesMax = 64 * 1024 * 1024 } = options
  const log = createLogger({ level: process.env['TEST_LOG'] ?? 'silent', service: group })
  const registry = new Registry()
  const inflight = new InflightBytes(inflightBytesMax)
  const pool = createBufferPool(64 * 1024 * 1024)
  const metrics = createIngestMetrics({ registry, inflight })
  const fetched: (OffsetRange & { messages: number })[] = []
  const lost: OffsetRange[] = []
  const assigned: string[][] = []
  const paused = new Set<string>()
  const letters: KafkaMessage[] = []
  const dead = Promise.withResolvers<never>()
  dead.promise.catch(() => undefined)
  let crashed = false
  let ended: Promise<void> | undefined

  const kafka = createKafkaClient({
    config: { AFTERLOG_KAFKA_BROKERS: brokers.split(','), AFTERLOG_KAFKA_SSL: false, AFTERLOG_KAFKA_CLIENT_ID: 'afterlog-test' },
    log,
  })
  const faulty: LogStore = {
    ...store,
    insert: (insert) => (options.insert === undefined ? store.insert(insert) : options.insert(insert, store)),
  }
  const newestTime = { ms: () => Promise.resolve(Date.now()), close: () => undefined }
  const writer = createStoreWriter({ store: faulty, metrics, pool, flushIntervalMs: 5, log, clock: Date.now, newestTime })
  const { deliver, obstacle } = createDeliver({
    accept: (tables) => writer.accept(tables),
    publish: async (messages) => void letters.push(...messages),
    log,
  })
  let consumer!: GroupConsumer
  let handler!: ConsumerHandler

  const seen = (inner: ConsumerHandler): ConsumerHandler => ({
    assigned: (partitions) => {
      if (crashed) return
      if (partitions.length > 0) assigned.push(partitions.map((at) => `${at.topic}/${at.partition}@${at.position}`))
      for (const { lost: range } of partitions) if (range !== undefined) lost.push(range)
      inner.assigned(partitions)
    },
    batch: (batch) => {
      if (crashed) return undefined
      const { topic, partition, from, to, messages } = batch
      fetched.push({ topic, partition, from, to, messages: messages.length })
      return inner.batch(batch)
    },
    lost: (range) => {
      if (crashed) return
      lost.push(range)
      inner.lost(range)
    },
  })
  const source = createKafkaSource({
    join: (inner) => {
      handler = inner
      const names = async (): Promise<readonly string[]> => Object.keys(topics)
      consumer = createGroupConsumer({
        kafka,
        groupId: group,
        topics: options.topicNames ?? names,
        handler: seen(inner),
        log,
      })
      return {
        ...consumer,
        pause: (at) => {
          paused.add(`${at.topic}/${at.partition}`)
          consumer.pause(at)
        },
        resume: (partitions) => {
          for (const at of partitions) paused.delete(`${at.topic}/${at.partition}`)
          consumer.resume(partitions)
        },
        commit: (commits) => {
          if (crashed) return Promise.reject(new Error('crashed'))
          const commit = (): Promise<void> => consumer.commit(commits)
          return options.commit === undefined ? commit() : Promise.race([options.commit(commit), dead.promise])
        },
      }
    },
    topics: Object.keys(topics),
    decoder: createBatchDecoder({
      formats: new Map(Object.entries(topics)),
      retention: parseRetention('default=14d'),
      cluster: 'prod',
      seed: 1,
      pool,
      open: new OpenFragments(),
      onBug: (error) => {
        throw error
      },
    }),
    deliver: (delivery, signal) => Promise.race([deliver(delivery, signal), dead.promise]),
    inflight,
    metrics: createKafkaMetrics({ registry, ingest: metrics }),
    log,
    clock: Date.now,
  })

  return {
    fetched,
    lost,
    assigned,
    paused,
    letters,
    inflight,
    registry,
    readiness: () => [...source.readiness(), ...[obstacle()].flatMap((reason) => reason ?? [])],
    crash: () =>
      (ended ??= (async () => {
        crashed = true
        dead.reject(new Error('crashed'))
        handler.assigned([])
        await consumer.close()
        await source.close()
      })()),
    [Symbol.asyncDispose]: () => (ended ??= source.close().then(() => writer.close())),
  }
}
