// What an HTTP body had that cannot be stored, on its way to the dead letters through the data topic: the store may be away while the
// body is posted, and the post is answered only once its rejects are as durable as its lines. Whoever consumes the topic makes of such
// a message what it makes of rejects of its own. Also says that a dead letter which was sent again is done with: sent only once what
// the letter brought is on the broker. Both directions stand here. Specified in docs/formats.md.
import type { KafkaMessage } from '#shared/kafka/publisher-port.ts'
import { topicFormats } from '#shared/kafka/settings.ts'
import { escapeJson } from '../formats/json-escape.ts'
import { payloadBytesMax } from '../normalise/dead-letter.ts'
import type { Origin } from '../normalise/origin.ts'
import { type Reject, rejectReasons } from '../normalise/reject.ts'
import type { TopicRoom } from './batch-body.ts'
import { messageHeaders, valueRoom } from './message-headers.ts'

/** Marks such a message; its value names what the rejects came in, in hex. */
export const rejectsHeader = 'x-afterlog-rejects'

/** What one message tells. */
export interface ToldRejects {
  rejects: Reject[]
  /** Of the HTTP body, with the arrival there. */
  origin: Origin
  /** What the rejects came in, as for deadLetterRows. */
  key: Buffer
  /** Identity of a dead letter that is done with, decimal. */
  replayed?: string
}

/** A source is a path, or an address: it names each letter, and is its key. */
const sourceBytesMax = 1024
/** Messages grow no further than this, so that a post full of bad records is not one message each. */
const valueBytesGoal = 512 * 1024

/** @param key What the rejects came in. */
export function rejectMessages(rejects: readonly Reject[], origin: Origin, key: Buffer, room: TopicRoom): KafkaMessage[] {
  if (rejects.length === 0) return []
  const begin = toldBy(origin)
  const bytesMax = valueRoom(room.messageBytesMax, key, headersOf(origin, key)) - begin.length - ending.length
  const messages: KafkaMessage[] = []
  let parts: Buffer[] = []
  let bytes = 0
  const flush = (): void => {
    if (parts.length > 0) messages.push(message(room.topic, origin, key, Buffer.concat([begin, ...parts, ending])))
    parts = []
    bytes = 0
  }
  for (const reject of rejects) {
    const part = rejectText(reject, bytesMax)
    if (bytes + part.length + 1 > Math.min(bytesMax, valueBytesGoal)) flush()
    if (parts.length > 0) parts.push(comma)
    parts.push(part)
    bytes += part.length + 1
  }
  flush()
  return messages
}

/**
 * To be published once all that the letter brought is on the broker.
 * @param after What it brought: the mark goes to the partition of the last message, and stands behind it there.
 */
export function replayedMessage(
  replayed: string,
  origin: Origin,
  { topic }: TopicRoom,
  after: readonly KafkaMessage[],
): KafkaMessage {
  const key = Buffer.from(`replay/${replayed}`)
  return { ...message(topic, origin, key, Buffer.concat([toldBy(origin, replayed), ending])), key: after.at(-1)?.key ?? key }
}

/**
 * What a message with the header tells; undefined where it only looks like one.
 * @param header Value of `rejectsHeader`.
 * @param arrived Origin of the message: its tenant and its arrival.
 */
export function readRejectMessage(header: string, value: Buffer, arrived: Origin): ToldRejects | undefined {
  const told = parse(value)
  const rejects = Array.isArray(told?.rejects) ? told.rejects.map(readReject) : [undefined]
  if (
    told === undefined ||
    !(arrived.receivedMs > 0) ||
    !/^([0-9a-f]{2}){1,64}$/.test(header) ||
    !rejects.every((reject) => reject !== undefined) ||
    (typeof told.source === 'string' && told.source.length > sourceBytesMax)
  )
    return undefined
  const { source, format, cluster, node, replay, replayed } = told
  const known = topicFormats.find((name) => name === format)
  return {
    rejects,
    origin: {
      tenant: arrived.tenant,
      receivedMs: arrived.receivedMs,
      agent: '',
      source: utf8(source) ?? arrived.source,
      cluster: utf8(cluster) ?? '',
      node: utf8(node) ?? '',
      ...(known === undefined ? {} : { format: known }),
      ...(isIdentity(replay) ? { replay } : {}),
    },
    key: Buffer.from(header, 'hex'),
    ...(isIdentity(replayed) ? { replayed } : {}),
  }
}

const headersOf = (origin: Origin, key: Buffer) => ({ ...messageHeaders(origin), [rejectsHeader]: key.toString('hex') })

const message = (topic: string, origin: Origin, key: Buffer, value: Buffer): KafkaMessage => ({
  topic,
  key,
  value,
  headers: headersOf(origin, key),
})

const comma = Buffer.from(',')
const ending = Buffer.from(']}')

function toldBy({ source, format, cluster, node, replay }: Origin, replayed?: string): Buffer {
  return Buffer.from(`${JSON.stringify({ source, format, cluster, node, replay, replayed }).slice(0, -1)},"rejects":[`)
}

/** The payload's bytes as they were, but for what JSON escapes. */
function rejectText({ index, reason, detail, payload, payloadBytes, inherited }: Reject, bytesMax: number): Buffer {
  const head = Buffer.from(
    `${JSON.stringify({ index, reason, detail, payloadBytes: payloadBytes ?? payload.length, inherited }).slice(0, -1)},"payload":"`,
  )
  const room = Math.max(bytesMax - head.length - 2, 0)
  let kept = payload.subarray(0, payloadBytesMax)
  let escaped = escapeJson(kept)
  // No escape is longer than six bytes.
  if (escaped.length > room) escaped = escapeJson((kept = kept.subarray(0, Math.floor(room / 6))))
  return Buffer.concat([head, escaped, Buffer.from('"}')])
}

type Told = Record<'source' | 'format' | 'cluster' | 'node' | 'replay' | 'replayed' | 'rejects', unknown>
type ToldReject = Partial<Record<'index' | 'reason' | 'detail' | 'payload' | 'payloadBytes' | 'inherited', unknown>>

// Read byte by byte, as latin1, so that a payload that is not UTF-8 stays what it is.
function parse(value: Buffer): Told | undefined {
  try {
    return JSON.parse(value.toString('latin1')) as Told
  } catch {
    return undefined
  }
}

function readReject(told: ToldReject | null): Reject | undefined {
  const reason = rejectReasons.find((known) => known === told?.reason)
  if (told === null || reason === undefined || !Number.isSafeInteger(told.index) || Number(told.index) < 0) return undefined
  const payload = Buffer.from(typeof told.payload === 'string' ? told.payload : '', 'latin1')
  const { payloadBytes } = told
  const inherited = told.inherited as Record<string, unknown> | null | undefined
  return {
    index: Number(told.index),
    reason,
    detail: utf8(told.detail) ?? '',
    payload,
    payloadBytes: Number.isSafeInteger(payloadBytes) ? Math.max(Number(payloadBytes), payload.length) : payload.length,
    ...(inherited === undefined || inherited === null
      ? {}
      : {
          inherited: {
            cluster: utf8(inherited['cluster']) ?? '',
            node: utf8(inherited['node']) ?? '',
            agent: utf8(inherited['agent']) ?? '',
          },
        }),
  }
}

const utf8 = (text: unknown): string | undefined =>
  typeof text === 'string' ? Buffer.from(text, 'latin1').toString() : undefined
const isIdentity = (text: unknown): text is string =>
  typeof text === 'string' && /^\d{1,20}$/.test(text) && BigInt(text) < 1n << 64n
