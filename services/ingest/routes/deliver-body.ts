// Delivery of a body that a posting route has read. Here the store fulfils it; in publish/publishing-delivery.ts Kafka
// does.
import { createHash } from 'node:crypto'
import type { TopicFormat } from '#shared/kafka/settings.ts'
import type { RetentionRules } from '#shared/retention/retention.ts'
import { decodeLifecycle } from '../formats/kubernetes.ts'
import { decodeBatch, decodeLines } from '../formats/native-rows.ts'
import type { Decoded } from '../normalise/decoded.ts'
import type { OpenFragments } from '../normalise/open-fragments.ts'
import type { Origin } from '../normalise/origin.ts'
import type { Reject } from '../normalise/reject.ts'

/** The format of a body, and its form: `json` is one value, `ndjson` one value per line. */
export interface BodyFormat {
  format: TopicFormat
  form: 'json' | 'ndjson'
}

/** The counts and rejects that a post is answered with. */
export interface Delivered {
  accepted: number
  rejects: readonly Reject[]
  /** NUL bytes that were skipped in front of lines. */
  nulBytes?: number
}

/**
 * Resolves when every record of the body is durable, the rejects as dead letters. Throws AfterlogError: `invalid-body`
 * where the body is not a batch, or a retryable one. After a retryable error some records may be stored, and the sender
 * may send all of them again.
 */
export type DeliverBody = (body: Buffer, origin: Origin, as: BodyFormat) => Promise<Delivered>

export interface Accept {
  /** Resolves when the decoded rows and the dead letters of the rejects are durable. `key` identifies the body. */
  (decoded: Decoded, origin: Origin, key: Buffer): Promise<void>
}

export interface DirectDeliveryOptions {
  accept: Accept
  retention: RetentionRules
  /** Seeds the hash of the ordinal counter. */
  seed: number
  /** Remembers the lines that a body leaves open. */
  open: OpenFragments
}

/** Delivers bodies to the store of this process. */
export function createDirectDelivery({ accept, retention, seed, open }: DirectDeliveryOptions): DeliverBody {
  const decode = (body: Buffer, origin: Origin, { format, form }: BodyFormat): Decoded => {
    switch (format) {
      case 'native':
        return (form === 'json' ? decodeBatch : decodeLines)(body, { origin, retention, seed, open })
      case 'lifecycle':
        return decodeLifecycle(body, form, origin)
    }
  }
  let arrivals = 0
  return async (body, origin, as) => {
    const decoded = decode(body, { ...origin, arrival: ++arrivals }, as)
    try {
      await accept(decoded, origin, decoded.rejects.length === 0 ? noKey : bodyKey(body, origin))
      decoded.fragments?.settle(true)
    } catch (error) {
      decoded.fragments?.settle(false)
      throw error
    }
    return decoded
  }
}

const noKey = Buffer.alloc(0)

/**
 * The key that identifies a body in the ids of its dead letters, the same however the body is delivered. Equal bodies
 * with different batch ids have different letters.
 */
export const bodyKey = (body: Buffer, { batchId = '' }: Origin): Buffer =>
  createHash('sha256')
    .update(batchId === '' ? '' : `${batchId}\0`)
    .update(body)
    .digest()
