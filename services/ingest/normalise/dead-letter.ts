// Rejected records as dead letters, before they are rows or messages. Sent twice, a record is one dead letter: its identity is a hash
// of what it came in and where it stood there (HTTP: the body and the index; Kafka: topic, partition, offset and index; a letter
// that was sent again: the identity of that letter and the index). Decision 0001.
import { createHash } from 'node:crypto'
import type { Origin } from './origin.ts'
import type { Reject, RejectReason } from './reject.ts'

/** Bytes of a payload that are kept. */
export const payloadBytesMax = 64 * 1024

export interface DeadLetter {
  identity: bigint
  /** Arrival as RFC 3339 to the millisecond, in the range of the table whatever a message's headers say. */
  time: string
  /** `http:/v1/batches#3`, `kafka:<topic>/<partition>@<offset>#0`, `replay:<identity>#1`. */
  origin: string
  index: number
  reason: RejectReason
  /** The sentence that the sender got. */
  detail: string
  /** Bytes as received, cut at 64 KiB. */
  payload: Buffer
  /** Bytes as received, all of them. */
  payloadBytes: number
  /** What the record inherited. */
  cluster: string
  node: string
  agent: string
}

/** @param key What the records came in: the body, or topic, partition and offset. */
export function deadLettersOf(rejects: readonly Reject[], origin: Origin, key: Buffer): DeadLetter[] {
  if (rejects.length === 0) return []
  const { tenant, source, replay, cluster, node, agent } = origin
  const whole = replay === undefined ? { key, source } : { key: Buffer.from(`replay/${replay}`), source: `replay:${replay}` }
  const digest = createHash('sha256').update(tenant).update('\0').update(whole.key).digest()
  const time = tableTime(origin.receivedMs)
  return rejects.map(({ index, reason, detail, payload, payloadBytes, inherited }) => ({
    identity: createHash('sha256').update(digest).update(String(index)).digest().readBigUInt64LE(),
    time,
    origin: `${whole.source}#${index}`,
    index,
    reason,
    detail,
    payload: payload.subarray(0, payloadBytesMax),
    payloadBytes: payloadBytes ?? payload.length,
    cluster,
    node,
    agent,
    ...inherited,
  }))
}

/** The last that a DateTime64(9) can hold is in 2262. */
const lastMs = Date.UTC(2262, 0)

/** A time that nobody told is 1970: the row says by itself when it was stored. */
const tableTime = (ms: number): string => new Date(Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), lastMs)).toISOString()
