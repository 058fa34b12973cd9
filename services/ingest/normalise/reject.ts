// Ingest failures are data: a decoder returns rejects beside the records that it could read. The service counts them
// and stores them as dead letters.

export const rejectReasons = [
  'not-json',
  'not-an-object',
  'bad-field',
  'missing-field',
  'bad-time',
  'bad-path',
  'bad-cri',
  'too-old',
  'in-the-future',
  'bad-object',
  'unknown-kind',
  'too-large',
  'bad-message',
  'bad-header',
  'lost-on-kafka',
  'refused-by-store',
] as const
export type RejectReason = (typeof rejectReasons)[number]

export interface Reject {
  /** Index of the record in its batch. */
  index: number
  reason: RejectReason
  /** A sentence for the sender: which field, what is wrong with it, and what would be right. */
  detail: string
  /** The record's bytes as received. The store caps them. */
  payload: Buffer
  /** The length of the whole payload, where `payload` was cut already. */
  payloadBytes?: number
  /** The batch's defaults, where they are not the origin's. A replay of the record needs them. */
  inherited?: { cluster: string; node: string; agent: string }
}
