// Where a batch came from: what its records inherit, and what names them among the dead letters.

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
}
