// The port through which ingest consumes from Kafka. It knows nothing of kafkajs.

export interface TopicPartition {
  topic: string
  partition: number
}

/** The offsets [from, to). */
export interface OffsetRange extends TopicPartition {
  from: bigint
  to: bigint
}

export interface ConsumedMessage {
  offset: string
  /** ms since 1970: the broker's time, or the producer's where the topic is configured so. */
  timestamp: string
  key: Buffer | null
  value: Buffer | null
  /** kafkajs gives null for a header without a value. */
  headers?: Readonly<Record<string, Buffer | string | (Buffer | string | null)[] | null | undefined>> | undefined
}

/** The messages of one fetch of one partition: all in [from, to), except control and aborted records. */
export interface ConsumedBatch extends OffsetRange {
  messages: readonly ConsumedMessage[]
  /** The last offset of the partition plus one. */
  highWatermark: bigint
}

export interface AssignedPartition extends TopicPartition {
  /** The first offset that is delivered. */
  position: bigint
  /** Offsets that were never read, since the topic's retention deleted them. */
  lost?: OffsetRange
}

export interface ConsumerHandler {
  /** Replaces the assignment. Messages that were not committed are delivered again, here or elsewhere. */
  assigned(partitions: readonly AssignedPartition[]): void
  /**
   * Delivers ranges of a partition from its position on, without gap or overlap. The next one comes once the handler
   * has taken this one. A range without messages must be taken at once.
   */
  batch(batch: ConsumedBatch): void | Promise<void>
  /** Like `batch`, for a range that retention deleted before it could be read. */
  lost(range: OffsetRange): void
}

export interface GroupConsumer {
  /** Stops fetching from the partition until it is resumed. */
  pause(partition: TopicPartition): void
  resume(partitions: readonly TopicPartition[]): void
  /** Resolves when the broker has stored the offsets. */
  commit(offsets: readonly (TopicPartition & { offset: bigint })[]): Promise<void>
  /** Returns why nothing is consumed right now, or undefined. */
  obstacle(): string | undefined
  /** Returns the high watermarks by `topic/partition`, of all partitions of the topics. */
  highWatermarks(topics: readonly string[]): Promise<ReadonlyMap<string, bigint>>
  /** Stops fetching. What was delivered may still be committed. */
  stopFetching(): void
  /** Leaves the group. */
  close(): Promise<void>
}
