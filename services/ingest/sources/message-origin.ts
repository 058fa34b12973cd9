// The origin of a Kafka message: its headers stand for the headers of an HTTP post. Pure: the result depends on the
// message and the broker's timestamp alone, so that every reader makes the same rows of a message.
import { createHash } from 'node:crypto'
import type { ConsumedMessage, TopicPartition } from '#shared/kafka/consumer-port.ts'
import { isTenant } from '#shared/tenant.ts'
import type { Origin } from '../normalise/origin.ts'
import { lineTimeMaxMs } from '../normalise/time-window.ts'
import { batchIdHeader, isHeaderText, receivedHeader } from '../publish/message-headers.ts'
import { readRejectMessage, rejectsHeader, type RejectMessage } from '../publish/reject-messages.ts'

export interface MessageOrigin {
  origin: Origin
  /** A sentence about a header without meaning. The message must not be stored then: its tenant may be another. */
  problem?: string
}

/** @param cluster The cluster of messages that name none. */
export function messageOrigin(
  { topic, partition }: TopicPartition,
  message: ConsumedMessage,
  cluster: string,
): MessageOrigin {
  const { offset } = message
  const headers = headersOf(message)
  const origin: Origin = {
    tenant: 'default',
    cluster,
    node: '',
    agent: '',
    receivedMs: arrival(headers, message.timestamp),
    arrival: Number(offset),
    source: `kafka:${topic}/${partition}@${offset}`,
  }
  if (headers === undefined) return { origin }
  const tenant = header(headers, 'x-scope-orgid')
  if (tenant !== undefined && !isTenant(tenant))
    return {
      origin,
      problem: `header x-scope-orgid must be one tenant, 1 to 128 printable ASCII characters without blanks, got ${cut(tenant)}`,
    }
  origin.tenant = tenant ?? 'default'
  const received = header(headers, receivedHeader)
  if (received !== undefined && !(/^\d{1,15}$/.test(received) && isTime(Number(received))))
    return { origin, problem: `header ${receivedHeader} must be ms since 1970, before 2106, got ${cut(received)}` }
  for (const [field, name] of textHeaders) {
    const value = header(headers, name)
    if (value === undefined) continue
    if (!isHeaderText(value))
      return { origin, problem: `header ${name} must be 1 to 253 printable ASCII characters, got ${cut(value)}` }
    origin[field] = value
  }
  return { origin }
}

const textHeaders = [
  ['cluster', 'x-afterlog-cluster'],
  ['node', 'x-afterlog-node'],
  ['batchId', batchIdHeader],
] as const

const cut = (value: string): string => JSON.stringify(value.slice(0, 60))

/**
 * Reads a message of our HTTP front that holds rejects instead of records. Returns undefined for a message without the
 * header, and null for one with the header whose value is not such a message.
 */
export function rejectMessageOf(message: ConsumedMessage, origin: Origin): RejectMessage | null | undefined {
  const headers = headersOf(message)
  const key = headers === undefined ? undefined : header(headers, rejectsHeader)
  if (key === undefined) return undefined
  return (message.value === null ? undefined : readRejectMessage(key, message.value, origin)) ?? null
}

/**
 * Returns the arrival at the front where a header states it, else the broker's timestamp, or NaN where there is
 * neither.
 */
function arrival(headers: Headers | undefined, timestamp: string): number {
  const received = headers === undefined ? undefined : header(headers, receivedHeader)
  return received !== undefined && /^\d{1,15}$/.test(received) && isTime(Number(received))
    ? Number(received)
    : isTime(Number(timestamp))
      ? Number(timestamp)
      : Number.NaN
}

const isTime = (ms: number): boolean => ms > 0 && ms < lineTimeMaxMs

type Headers = NonNullable<ConsumedMessage['headers']>

/** Returns undefined for a message without headers, as most agents send them, which saves the search for each name. */
function headersOf({ headers }: ConsumedMessage): Headers | undefined {
  for (const _ in headers) return headers
  return undefined
}

/** Returns a header by its name in any case. The last of equal names counts; an empty value counts as none. */
function header(headers: Headers, name: string): string | undefined {
  let value: string | undefined
  for (const key in headers) {
    if (key.length !== name.length || key.toLowerCase() !== name) continue
    for (const given of [headers[key]].flat())
      if (given !== undefined && given !== null && given.length > 0) value = given.toString('latin1')
  }
  return value
}

/**
 * Returns ordinals for messages of one record without offset: one number below 2^53 per (topic, partition, offset), far
 * from those that count lines. Equal ordinals would lose one of two honest equal lines; distinct ones only store a line
 * twice that an agent sent twice.
 */
export function createLoneOrdinals(): (at: TopicPartition, offset: string) => number {
  const firsts = new Map<string, number>()
  return ({ topic, partition }, offset) => {
    const key = `${topic}/${partition}`
    let first = firsts.get(key)
    if (first === undefined) {
      first = Number(createHash('sha256').update(key).digest().readBigUInt64LE() >> 12n)
      firsts.set(key, first)
    }
    return first + Number(offset)
  }
}
