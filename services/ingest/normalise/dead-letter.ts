// Rejected records as dead letters, before they become rows or messages. A record sent twice is one dead letter: its
// identity is a hash of where it stood. Over HTTP that is the body and the index; on Kafka topic, partition, offset and
// index; for a replayed dead letter the identity of that letter and the index. docs/decisions/0001-delivery.md
import { createHash } from 'node:crypto'
import type { Origin } from './origin.ts'
import { detailOf, type Reject, type RejectReason } from './reject.ts'

/** The most bytes of a payload that a dead letter holds. */
export const payloadBytesMax = 64 * 1024

export interface DeadLetter {
  identity: bigint
  /** Arrival as RFC 3339 to the millisecond, clamped to the range of the table. */
  time: string
  /** `http:/v1/batches#3`, `kafka:<topic>/<partition>@<offset>#0`, `replay:<identity>#1`. */
  origin: string
  index: number
  reason: RejectReason
  /** The sentence in the answer to the sender. */
  detail: string
  /** Bytes as received, cut at 64 KiB. */
  payload: Buffer
  /** The length of the payload as received, before the cut. */
  payloadBytes: number
  /** The fields that the record inherited from its batch. */
  cluster: string
  node: string
  agent: string
}

/** @param key What the records came in: the body's bytes, or topic, partition and offset. */
export function deadLettersOf(rejects: readonly Reject[], origin: Origin, key: Buffer): DeadLetter[] {
  if (rejects.length === 0) return []
  const { tenant, source, replay, cluster, node, agent } = origin
  const whole =
    replay === undefined ? { key, source } : { key: Buffer.from(`replay/${replay}`), source: `replay:${replay}` }
  const digest = createHash('sha256').update(tenant).update('\0').update(whole.key).digest()
  const time = tableTime(origin.receivedMs)
  return rejects.map((reject) => ({
    identity: createHash('sha256').update(digest).update(String(reject.index)).digest().readBigUInt64LE(),
    time,
    origin: `${whole.source}#${reject.index}`,
    index: reject.index,
    reason: reject.reason,
    detail: detailOf(reject),
    payload: reject.payload.subarray(0, payloadBytesMax),
    payloadBytes: reject.payloadBytes ?? reject.payload.length,
    cluster,
    node,
    agent,
    ...reject.inherited,
  }))
}

/** A DateTime64(9) ends in 2262. */
const lastMs = Date.UTC(2262, 0)

/** An unknown time becomes 1970. The row has a column for the time at which it was stored. */
const tableTime = (ms: number): string =>
  new Date(Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), lastMs)).toISOString()
