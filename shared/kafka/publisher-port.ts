// What the ingest service needs of Kafka to publish: one promise. Knows nothing of kafkajs.

export interface KafkaMessage {
  topic: string
  /** Messages of one key stay in one partition, in the order they were given. */
  key: Buffer | null
  value: Buffer
  headers: Readonly<Record<string, string>>
}

export interface Publisher {
  /**
   * Resolves when every message is on the broker with acks=all. Rejects with AfterlogError `broker-unavailable` (retryable, with
   * retryAfterS) where that did not happen in time: then any of them may be on the broker, and publishing again is safe.
   */
  publish(messages: readonly KafkaMessage[]): Promise<void>
  /** Bytes that a message of this topic may have: key, value and headers. Undefined while no broker has been asked. */
  messageBytesMax(topic: string): number | undefined
}
