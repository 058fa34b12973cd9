// What a posting route does with a body: one promise, kept by the store here, by Kafka in publish/publishing-delivery.ts.
import { createHash } from 'node:crypto'
import type { TopicFormat } from '#shared/kafka/settings.ts'
import type { RetentionRules } from '#shared/retention/retention.ts'
import { decodeLifecycle } from '../formats/kubernetes.ts'
import { decodeBatch, decodeLines } from '../formats/native.ts'
import type { Decoded } from '../normalise/decoded.ts'
import type { Origin } from '../normalise/origin.ts'
import type { Reject } from '../normalise/reject.ts'

/** How a body is read: `json` is one value, `ndjson` one per line. */
export interface BodyFormat {
  format: TopicFormat
  form: 'json' | 'ndjson'
}

/** What a post is answered with. */
export interface Delivered {
  accepted: number
  rejects: readonly Reject[]
}

/**
 * Resolves when every record of the body is durable, the rejects as dead letters. Throws AfterlogError: `invalid-body` where it is no
 * batch at all, or what is retryable; then any of it may be stored, and sending again is safe.
 */
export type DeliverBody = (body: Buffer, origin: Origin, as: BodyFormat) => Promise<Delivered>

export interface Accept {
  /** Resolves when the decoded rows and the dead letters of the rejects are durable. `key` tells this body from every other. */
  (decoded: Decoded, origin: Origin, key: Buffer): Promise<void>
}

export interface DirectDeliveryOptions {
  accept: Accept
  retention: RetentionRules
  /** Of the ordinals' hash. */
  seed: number
}

/** Bodies become rows here and now. */
export function createDirectDelivery({ accept, retention, seed }: DirectDeliveryOptions): DeliverBody {
  const decode = (body: Buffer, origin: Origin, { format, form }: BodyFormat): Decoded => {
    switch (format) {
      case 'native':
        return (form === 'json' ? decodeBatch : decodeLines)(body, { origin, retention, seed })
      case 'lifecycle':
        return decodeLifecycle(body, form, origin)
    }
  }
  return async (body, origin, as) => {
    const decoded = decode(body, origin, as)
    await accept(decoded, origin, decoded.rejects.length === 0 ? noKey : bodyKey(body))
    return decoded
  }
}

const noKey = Buffer.alloc(0)

/** What the rejects of a body came in, the same however the body is delivered. */
export const bodyKey = (body: Buffer): Buffer => createHash('sha256').update(body).digest()
