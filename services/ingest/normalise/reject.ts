// Ingest failures are data: a decoder returns rejects beside what it could read; the service dead-letters and counts them.

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
  /** A sentence for the sender: which field, what was wrong, what would be right. */
  detail: string
  /** The record's bytes as received; the store caps them. */
  payload: Buffer
  /** All of its bytes, where the payload was cut already. */
  payloadBytes?: number
  /** What its batch said for all records, where that is not the origin's: a record that is sent again needs it. */
  inherited?: { cluster: string; node: string; agent: string }
}
