// Ingest failures are data: a decoder returns rejects beside what it could read; the service dead-letters and counts them.

export type RejectReason =
  | 'not-json'
  | 'not-an-object'
  | 'bad-field'
  | 'missing-field'
  | 'bad-time'
  | 'bad-path'
  | 'bad-cri'
  | 'too-old'
  | 'in-the-future'
  | 'bad-object'
  | 'unknown-kind'
  | 'too-large'

export interface Reject {
  /** Index of the record in its batch. */
  index: number
  reason: RejectReason
  /** A sentence for the sender: which field, what was wrong, what would be right. */
  detail: string
  /** The record's bytes as received; the store caps them. */
  payload: Buffer
}
