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
