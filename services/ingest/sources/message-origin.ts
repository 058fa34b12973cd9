// Where a Kafka message came from: its headers say what HTTP headers say over HTTP. Pure: what becomes of a message depends on the message
// and the broker's timestamp alone, so that whoever reads it again makes the same rows of it.
import { createHash } from 'node:crypto'
import type { ConsumedMessage, TopicPartition } from '#shared/kafka/consumer-port.ts'
import { isTenant } from '#shared/tenant.ts'
import type { Origin } from '../normalise/origin.ts'
import { lineTimeMaxMs } from '../normalise/time-window.ts'
import { isHeaderText, receivedHeader } from '../publish/message-headers.ts'
import { readRejectMessage, rejectsHeader, type ToldRejects } from '../publish/reject-messages.ts'

export interface MessageOrigin {
  origin: Origin
  /** The header that means nothing, and why; the message must not be stored under a tenant that it may not mean. */
  problem?: string
}

/** @param cluster Default of messages that name none. */
export function messageOrigin({ topic, partition }: TopicPartition, message: ConsumedMessage, cluster: string): MessageOrigin {
  const { offset } = message
  const headers = headersOf(message)
  const origin: Origin = {
    tenant: 'default',
    cluster,
    node: '',
    agent: '',
    receivedMs: arrival(headers, message.timestamp),
    source: `kafka:${topic}/${partition}@${offset}`,
  }
  if (headers === undefined) return { origin }
  const tenant = header(headers, 'x-scope-orgid')
  if (tenant !== undefined && !isTenant(tenant))
    return { origin, problem: 'header x-scope-orgid names one tenant: 1 to 128 printable ASCII characters' }
  origin.tenant = tenant ?? 'default'
  const received = header(headers, receivedHeader)
  if (received !== undefined && !(/^\d{1,15}$/.test(received) && isTime(Number(received))))
    return { origin, problem: `header ${receivedHeader} must be ms since 1970, before 2106` }
  for (const name of ['cluster', 'node'] as const) {
    const value = header(headers, `x-afterlog-${name}`)
    if (value !== undefined && !isHeaderText(value))
      return { origin, problem: `header x-afterlog-${name} must be 1 to 253 printable ASCII characters` }
    origin[name] = value ?? origin[name]
  }
  return { origin }
}

/** What our own HTTP front tells of rejects, where the message is for that and holds no records; null where it is, and tells nothing. */
export function toldRejects(message: ConsumedMessage, origin: Origin): ToldRejects | null | undefined {
  const headers = headersOf(message)
  const told = headers === undefined ? undefined : header(headers, rejectsHeader)
  if (told === undefined) return undefined
  return (message.value === null ? undefined : readRejectMessage(told, message.value, origin)) ?? null
}

/** The front's arrival where it says one, else the broker's timestamp; NaN where the message has none. */
function arrival(headers: Headers | undefined, timestamp: string): number {
  const told = headers === undefined ? undefined : header(headers, receivedHeader)
  return told !== undefined && /^\d{1,15}$/.test(told) && isTime(Number(told))
    ? Number(told)
    : isTime(Number(timestamp))
      ? Number(timestamp)
      : Number.NaN
}

const isTime = (ms: number): boolean => ms > 0 && ms < lineTimeMaxMs

type Headers = NonNullable<ConsumedMessage['headers']>

/** Undefined where there are none, as with most agents: that is looked at once, not name by name. */
function headersOf({ headers }: ConsumedMessage): Headers | undefined {
  for (const _ in headers) return headers
  return undefined
}

/** Names as over HTTP, whatever their case. Of a header given twice the last counts; one that is empty, or has no value, is none. */
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
 * Ordinals of messages that are one record without offset: one number below 2^53 per (topic, partition, offset), far from those that count
 * lines. A duplicate, where an agent sends twice, is better than a loss, where two honest lines are equal.
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
