// Where a batch came from: what its records inherit, and what names them among the dead letters.
import type { TopicFormat } from '#shared/kafka/settings.ts'

export interface Origin {
  tenant: string
  /** Default of records that name none. */
  cluster: string
  node: string
  agent: string
  /** Arrival in ms since 1970: the HTTP request's, or the broker's timestamp of the message. Never the reader's clock. */
  receivedMs: number
  /** `http:/v1/batches`, `kafka:<topic>/<partition>@<offset>`. */
  source: string
  /** What the batch is read as, where a dead letter of it can be sent again as that. */
  format?: TopicFormat
  /** Identity of the dead letter that this HTTP body sends again, decimal. A Kafka message never has it here: normalise/replay.ts. */
  replay?: string
}
