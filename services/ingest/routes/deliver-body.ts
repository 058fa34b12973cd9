// Delivery of a body that a posting route has read. Here the store fulfils it; in publish/publishing-delivery.ts Kafka
// does.
import type { BodyFormat, BodyRows } from '../decoding/body-rows.ts'
import type { Decoder } from '../decoding/decoder.ts'
import type { Origin } from '../normalise/origin.ts'
import type { RejectSummary } from '../normalise/reject.ts'

/** The counts and rejects that a post is answered with. */
export interface Delivered {
  accepted: number
  rejects: readonly RejectSummary[]
  /** NUL bytes that were skipped in front of lines. */
  nulBytes?: number
}

/**
 * Resolves when every record of the body is durable, the rejects as dead letters. Throws AfterlogError: `invalid-body`
 * where the body is not a batch, or a retryable one. After a retryable error some records may be stored, and the sender
 * may send all of them again. The caller must not read the body afterwards.
 * @param onDecoded Called with the bytes that the body has become.
 */
export type DeliverBody = (
  body: Buffer,
  origin: Origin,
  as: BodyFormat,
  onDecoded?: (bytes: number) => void,
) => Promise<Delivered>

export interface Accept {
  /** Resolves when the decoded rows are durable, the dead letters of the rejects among them. */
  (decoded: BodyRows, origin: Origin): Promise<void>
}

export interface DirectDeliveryOptions {
  accept: Accept
  decoder: Pick<Decoder, 'rows'>
}

/** Delivers bodies to the store of this process. */
export function createDirectDelivery({ accept, decoder }: DirectDeliveryOptions): DeliverBody {
  let arrivals = 0
  return (body, origin, as, onDecoded) =>
    decoder.rows(body, { ...origin, arrival: ++arrivals }, as, async (decoded) => {
      onDecoded?.(decoded.tables.reduce((sum, { rows }) => sum + rows.length, 0))
      await settled(decoded.fragments, accept(decoded, origin))
      return decoded
    })
}

/** Tells open lines whether the rows that go on from them are stored. */
async function settled(fragments: BodyRows['fragments'], storing: Promise<void>): Promise<void> {
  try {
    await storing
    fragments?.settle(true)
  } catch (error) {
    fragments?.settle(false)
    throw error
  }
}
