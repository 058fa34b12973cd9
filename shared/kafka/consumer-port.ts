// What the ingest service needs of Kafka to consume. Knows nothing of kafkajs.

export interface TopicPartition {
  topic: string
  partition: number
}

/** Offsets [from, to). */
export interface OffsetRange extends TopicPartition {
  from: bigint
  to: bigint
}

export interface ConsumedMessage {
  offset: string
  /** ms since 1970: the broker's, or the producer's where the topic says so. */
  timestamp: string
  key: Buffer | null
  value: Buffer | null
  /** kafkajs gives null for a header without a value. */
  headers?: Readonly<Record<string, Buffer | string | (Buffer | string | null)[] | null | undefined>> | undefined
}

/** What one fetch brought of one partition: all that there is in [from, to), control and aborted records left out. */
export interface ConsumedBatch extends OffsetRange {
  messages: readonly ConsumedMessage[]
  /** One more than the last offset of the partition. */
  highWatermark: bigint
}

export interface AssignedPartition extends TopicPartition {
  /** The first offset that comes. */
  position: bigint
  /** What was never read and is not there any more: offsets that the topic's retention took. */
  lost?: OffsetRange
}

export interface ConsumerHandler {
  /** Replaces every assignment before; what was not committed comes again, here or elsewhere. */
  assigned(partitions: readonly AssignedPartition[]): void
  /** Ranges of a partition come without a gap and without overlap, from its position on. */
  batch(batch: ConsumedBatch): void
  /** Like a batch, of what retention took before it could be read. */
  lost(range: OffsetRange): void
}

export interface GroupConsumer {
  /** Nothing more is fetched of it until it is resumed. */
  pause(partition: TopicPartition): void
  resume(partitions: readonly TopicPartition[]): void
  /** Resolves when the broker has them. */
  commit(offsets: readonly (TopicPartition & { offset: bigint })[]): Promise<void>
  /** Why nothing is consumed right now. */
  obstacle(): string | undefined
  /** High watermarks by `topic/partition`, of all partitions of the topics. */
  highWatermarks(topics: readonly string[]): Promise<ReadonlyMap<string, bigint>>
  /** Fetches nothing more; what was given goes on, and may still be committed. */
  stopFetching(): void
  /** Leaves the group. */
  close(): Promise<void>
}
