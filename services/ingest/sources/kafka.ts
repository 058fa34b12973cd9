// The Kafka source: fetch ─► decode ─► deliver ─► commit. It commits the contiguous prefix of offsets that every table
// has acknowledged, and pauses fetching while too many bytes are in flight. docs/decisions/0006-kafka-delivery.md shows
// why every answer has each line exactly once.
import type {
  AssignedPartition,
  ConsumedBatch,
  ConsumerHandler,
  GroupConsumer,
  OffsetRange,
  TopicPartition,
} from '#shared/kafka/consumer-port.ts'
import { describeKafkaError } from '#shared/kafka/protocol-error.ts'
import { keyOf } from '#shared/kafka/partition-offsets.ts'
import type { Logger } from '#shared/logger.ts'
import { within } from '#shared/within.ts'
import type { InflightBytes } from '../buffer/inflight.ts'
import { createCommitter, type Commit } from '../delivery/committer.ts'
import { createOffsetTracker, type OffsetTracker } from '../delivery/offset-tracker.ts'
import type { KafkaMetrics } from '../metrics.ts'
import type { DecodedBatch } from './decode-batch.ts'
import type { Deliver } from './deliver.ts'

export interface KafkaSourceOptions {
  join(handler: ConsumerHandler): GroupConsumer
  topics: readonly string[]
  decoder: {
    decode(batch: ConsumedBatch): DecodedBatch | Promise<DecodedBatch>
    lost(range: OffsetRange, noticedMs: number): DecodedBatch
  }
  deliver: Deliver
  inflight: InflightBytes
  metrics: KafkaMetrics
  log: Logger
  /** ms since 1970. */
  clock: () => number
}

export interface KafkaSource {
  /** The reasons why nothing is consumed right now; empty when messages are consumed. */
  readiness(): string[]
  /** Stops fetching, delivers what was fetched, commits, leaves the group. */
  close(): Promise<void>
}

/** A partition while it is assigned. */
interface Partition extends TopicPartition {
  /** The mark of a range is when its last message came, ms since 1970. */
  tracker: OffsetTracker<number | undefined>
  /** When the last message of the first range came; undefined before the first range. */
  firstMs: number | undefined
  committed: bigint
  paused: boolean
  /** Aborts when the partition is no longer assigned to this consumer. */
  revoked: AbortController
}

const commitIntervalMs = 100
const commitRetryMs = 1000
const lagIntervalMs = 5000
/** ms that a commit waits for the end of a line whose begin is stored. */
const lineWaitMs = 3000
/** ms that a stop waits for fetched messages to be stored. */
const drainMsMax = 6000
/** ms that a stop waits for the last commit, and again for leaving the group. */
const leaveMsMax = 2000

export function createKafkaSource(options: KafkaSourceOptions): KafkaSource {
  const { join, topics, decoder, deliver, inflight, metrics, log, clock } = options
  let partitions = new Map<string, Partition>()
  const delivering = new Set<Promise<void>>()
  /** The assignment to which the commit under way belongs. */
  let committing = partitions
  let unanswered: string | undefined

  const consumer = join({ assigned, batch, lost: (range) => take(range, range.to, decoder.lost(range, clock())) })
  const committer = createCommitter({
    due: () => {
      committing = partitions
      return [...partitions.values()].flatMap(({ topic, partition, tracker, committed }) =>
        tracker.prefix > committed ? [{ topic, partition, offset: tracker.prefix }] : [],
      )
    },
    commit: (commits) => consumer.commit(commits),
    onCommitted,
    onFailed: (error) => log.warn({ err: error }, 'offsets could not be committed; trying again'),
    intervalMs: commitIntervalMs,
    retryMs: commitRetryMs,
  })

  function assigned(assignment: readonly AssignedPartition[]): void {
    for (const { revoked } of partitions.values()) revoked.abort()
    partitions = new Map(assignment.map((at) => [keyOf(at), begin(at)]))
    metrics.assigned(assignment)
    for (const { lost } of assignment) if (lost !== undefined) take(lost, lost.to, decoder.lost(lost, clock()))
    if (inflight.isFull) for (const partition of partitions.values()) pause(partition)
    if (assignment.length > 0) void measureLag()
  }

  function begin({ topic, partition, position, lost }: AssignedPartition): Partition {
    const start = lost?.from ?? position
    return {
      topic,
      partition,
      tracker: createOffsetTracker(start),
      firstMs: undefined,
      committed: start,
      paused: false,
      revoked: new AbortController(),
    }
  }

  async function batch(fetched: ConsumedBatch): Promise<void> {
    metrics.fetched(fetched, fetched.messages.length)
    const partition = partitions.get(keyOf(fetched))
    const decoding = decoder.decode(fetched)
    const decoded = decoding instanceof Promise ? await decoding : decoding
    // Another assignment may have come meanwhile, which fetches the messages again.
    if (partition === partitions.get(keyOf(fetched))) take(fetched, fetched.to, decoded)
  }

  function take(at: TopicPartition, to: bigint, decoded: DecodedBatch): void {
    const partition = partitions.get(keyOf(at))
    if (partition === undefined) return
    const acknowledge = partition.tracker.take(to, decoded.lastMs)
    partition.firstMs ??= decoded.lastMs
    const release = inflight.hold(decoded.bytes)
    if (inflight.isFull) pause(partition)
    const delivered = store(partition, decoded, acknowledge).finally(() => {
      release()
      delivering.delete(delivered)
      if (inflight.hasRoom) resume()
    })
    delivering.add(delivered)
  }

  async function store(partition: Partition, decoded: DecodedBatch, acknowledge: () => void): Promise<void> {
    const beganMs = performance.now()
    try {
      await deliver(decoded, partition.revoked.signal)
    } catch (error) {
      decoded.fragments?.settle(false)
      // The partition is revoked. Its next consumer fetches what was not committed.
      if (partition.revoked.signal.aborted) return
      throw error
    }
    decoded.fragments?.settle(true)
    void acknowledgeLines(partition, decoded, acknowledge)
    metrics.delivered(partition.topic, decoded)
    const { accepted, bytes } = decoded
    const rejected = decoded.rejected.values().reduce((sum, records) => sum + records, 0)
    const waitedMs = Math.round(performance.now() - beganMs)
    const source = `kafka:${partition.topic}`
    log.debug({ source, partition: partition.partition, accepted, rejected, bytes, waitedMs }, 'batch delivered')
  }

  /**
   * Offsets are committed up to the end of a line, where it comes soon: then messages that come again begin with a
   * whole line, whatever this process remembers of its begin.
   */
  async function acknowledgeLines(
    { revoked: { signal } }: Partition,
    { fragments }: DecodedBatch,
    acknowledge: () => void,
  ): Promise<void> {
    const ends = fragments?.ends ?? []
    if (ends.length > 0) await within(lineWaitMs, allOf(ends))
    if (signal.aborted) return
    acknowledge()
    committer.wake()
  }

  function pause(partition: Partition): void {
    if (partition.paused) return
    partition.paused = true
    consumer.pause(partition)
  }

  function resume(): void {
    const paused = [...partitions.values()].filter((partition) => partition.paused)
    if (paused.length === 0) return
    for (const partition of paused) partition.paused = false
    consumer.resume(paused)
  }

  function onCommitted(commits: readonly Commit[]): void {
    // The commit belongs to an earlier assignment: its topic may have been deleted and made again under the same
    // name.
    if (committing !== partitions) return
    for (const { topic, partition: number, offset } of commits) {
      const partition = partitions.get(keyOf({ topic, partition: number }))
      if (partition === undefined || offset <= partition.committed) continue
      partition.committed = offset
      metrics.committed(partition, clock())
    }
  }

  async function measureLag(): Promise<void> {
    try {
      const ends = await consumer.highWatermarks(topics)
      unanswered = undefined
      for (const [key, partition] of partitions) {
        const lag = Number((ends.get(key) ?? 0n) - partition.tracker.prefix)
        const sinceMs = partition.tracker.mark ?? partition.firstMs
        const behind = lag <= 0 ? 0 : sinceMs === undefined ? undefined : Math.max(clock() - sinceMs, 0) / 1000
        metrics.lag(partition, Math.max(lag, 0), behind)
      }
    } catch (error) {
      unanswered = `Kafka does not answer: ${describeKafkaError(error)}`
    }
  }

  async function drained(): Promise<void> {
    while (delivering.size > 0) await Promise.race(delivering)
  }

  const timer = setInterval(() => {
    // Other users of `inflight` may have filled it, and they do not tell when they release.
    if (inflight.hasRoom) resume()
    void measureLag()
  }, lagIntervalMs)

  return {
    readiness: () =>
      [unanswered ?? consumer.obstacle()].flatMap((reason) => (reason === undefined ? [] : [`ingest: ${reason}`])),
    close: async () => {
      clearInterval(timer)
      consumer.stopFetching()
      await within(drainMsMax, drained())
      for (const { revoked } of partitions.values()) revoked.abort()
      // Brokers that are away must not prevent the stop: messages that are not committed come again.
      await within(leaveMsMax, committer.close())
      await within(leaveMsMax, consumer.close())
    },
  }
}

const allOf = async (promises: readonly Promise<void>[]): Promise<void> => {
  await Promise.all(promises)
}
