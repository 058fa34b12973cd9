// Where a batch came from: the fields that its records inherit, and the source that its dead letters name.
import type { TopicFormat } from '#shared/kafka/settings.ts'

export interface Origin {
  tenant: string
  /** The cluster of records that name none. */
  cluster: string
  node: string
  agent: string
  /**
   * Arrival in ms since 1970: the HTTP request's, or the broker's timestamp of the message. Never the reader's clock.
   */
  receivedMs: number
  /**
   * Orders batches that arrived in one millisecond: the number of the post in its process, or the offset of the message.
   * 0 where a batch has no lines.
   */
  arrival?: number
  /**
   * The id that the sender gave the batch (`Idempotency-Key`): batches of different ids have different lines, where
   * these have no offset.
   */
  batchId?: string
  /** The key of a message of an agent's format: mostly the path of the file that its lines are from. */
  key?: string
  /** The address of the sender, where it may be the only thing that says where a record is from. */
  peer?: string
  /** Records of the same post in batches before this one. */
  firstRecord?: number
  /** The tag that Fluent Bit or Fluentd gave the records, where the protocol has it beside them. */
  tag?: string
  /** `http:/v1/batches`, `kafka:<topic>/<partition>@<offset>`. */
  source: string
  /** The format of the batch, which a dead letter of it needs to be sent again. */
  format?: TopicFormat
  /**
   * The id of the dead letter that this HTTP body replays, in decimal. Kafka messages never have it:
   * normalise/replay.ts.
   */
  replay?: string
  /** There is no such letter, so that a record which is refused again becomes one. */
  isLetterless?: true
}
