// The port through which ingest publishes to Kafka: one promise. It knows nothing of kafkajs.

export interface KafkaMessage {
  topic: string
  /** Messages of one key stay in one partition, in the given order. */
  key: Buffer | null
  value: Buffer
  headers: Readonly<Record<string, string>>
}

export interface Publisher {
  /**
   * Resolves when every message is on the broker with acks=all. Rejects with AfterlogError `broker-unavailable`
   * (retryable, with retryAfterS) where that takes too long. Some of the messages may be on the broker then, and the
   * caller may publish all of them again.
   */
  publish(messages: readonly KafkaMessage[]): Promise<void>
  /**
   * Returns the most bytes of a message of this topic: key, value and headers. Undefined while no broker has answered.
   */
  messageBytesMax(topic: string): number | undefined
}
