// The rejects of an HTTP body as messages of the data topic, which the consumer turns into dead letters as it does its
// own rejects. The store may be away while the body is posted, and the answer must wait until rejects are as durable as
// lines. Such a message also closes a dead letter that was replayed, once the letter's records are on the broker. This
// module writes and reads the messages. Specified in docs/formats.md.
import type { KafkaMessage } from '#shared/kafka/publisher-port.ts'
import { topicFormats } from '#shared/kafka/settings.ts'
import { escapeJson } from '../formats/json-escape.ts'
import { payloadBytesMax } from '../normalise/dead-letter.ts'
import type { Origin } from '../normalise/origin.ts'
import { fittingLives, type RefusedLife } from '../normalise/refused-life.ts'
import { livesOf, type Reject, rejectReasons } from '../normalise/reject.ts'
import type { TopicRoom } from './batch-body.ts'
import { messageHeaders, valueRoom } from './message-headers.ts'

/** Marks such a message. Its value is the key of what the rejects came in, in hex. */
export const rejectsHeader = 'x-afterlog-rejects'

/** The content of one message. */
export interface RejectMessage {
  rejects: Reject[]
  /** The origin of the HTTP body, with its arrival there. */
  origin: Origin
  /** What the rejects came in, as for deadLetterRows. */
  key: Buffer
  /** The id of a dead letter to close, in decimal. */
  replayed?: string
}

/** The most characters of a source, which is a path or an address. It is part of each letter's origin and key. */
const sourceBytesMax = 1024
/** A message ends at this size, so that a post full of bad records does not become one message per record. */
const valueBytesGoal = 512 * 1024

/** @param key What the rejects came in. */
export function rejectMessages(
  rejects: readonly Reject[],
  origin: Origin,
  key: Buffer,
  room: TopicRoom,
): KafkaMessage[] {
  if (rejects.length === 0) return []
  const begin = opening(origin)
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
    const part = rejectText(reject, origin, bytesMax)
    if (bytes + part.length + 1 > Math.min(bytesMax, valueBytesGoal)) flush()
    if (parts.length > 0) parts.push(comma)
    parts.push(part)
    bytes += part.length + 1
  }
  flush()
  return messages
}

/**
 * Returns the message that closes a dead letter. Publish it once all records of the letter are on the broker.
 * @param after The messages of those records. The result goes to the partition of the last one, and stands behind it.
 */
export function replayedMessage(
  replayed: string,
  origin: Origin,
  { topic }: TopicRoom,
  after: readonly KafkaMessage[],
): KafkaMessage {
  const key = Buffer.from(`replay/${replayed}`)
  return {
    ...message(topic, origin, key, Buffer.concat([opening(origin, replayed), ending])),
    key: after.at(-1)?.key ?? key,
  }
}

/**
 * Reads a message with the header. Returns undefined where it is not such a message.
 * @param header The value of `rejectsHeader`.
 * @param arrived The origin of the message: its tenant and its arrival.
 */
export function readRejectMessage(header: string, value: Buffer, arrived: Origin): RejectMessage | undefined {
  const fields = parse(value)
  const rejects = Array.isArray(fields?.rejects) ? fields.rejects.map(readReject) : [undefined]
  if (
    fields === undefined ||
    !(arrived.receivedMs > 0) ||
    !/^([0-9a-f]{2}){1,64}$/.test(header) ||
    !rejects.every((reject) => reject !== undefined) ||
    (typeof fields.source === 'string' && fields.source.length > sourceBytesMax)
  )
    return undefined
  const { source, format, cluster, node, replay, replayed } = fields
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

function opening({ source, format, cluster, node, replay }: Origin, replayed?: string): Buffer {
  return Buffer.from(`${JSON.stringify({ source, format, cluster, node, replay, replayed }).slice(0, -1)},"rejects":[`)
}

/** Writes one reject. The payload's bytes stay as they are, apart from JSON's escapes. */
function rejectText(reject: Reject, { format, cluster }: Origin, bytesMax: number): Buffer {
  const { payload, payloadBytes = payload.length, further, ...rest } = reject
  // What is cut does not say any more whose line it was.
  const mayBeCut = format !== 'lifecycle' && payload.length > Math.min(payloadBytesMax, bytesMax / 8)
  const named = mayBeCut ? { ...rest, lives: fittingLives(livesOf(reject, cluster), bytesMax / 8) } : rest
  const more = further === undefined ? {} : { further: fittingLives([...further.values()], bytesMax / 8) }
  const head = Buffer.from(`${JSON.stringify({ ...named, payloadBytes, ...more }).slice(0, -1)},"payload":"`)
  const room = Math.max(bytesMax - head.length - 2, 0)
  const cut = payload.subarray(0, payloadBytesMax)
  let escaped = escapeJson(cut)
  // No escape is longer than six bytes.
  if (escaped.length > room) escaped = escapeJson(cut.subarray(0, Math.floor(room / 6)))
  return Buffer.concat([head, escaped, Buffer.from('"}')])
}

type MessageFields = Record<'source' | 'format' | 'cluster' | 'node' | 'replay' | 'replayed' | 'rejects', unknown>
type RejectFields = Partial<
  Record<
    'index' | 'reason' | 'detail' | 'payload' | 'payloadBytes' | 'records' | 'inherited' | 'lives' | 'further',
    unknown
  >
>

// Reads the value as latin1, one character per byte, so that a payload that is not UTF-8 survives.
function parse(value: Buffer): MessageFields | undefined {
  try {
    return JSON.parse(value.toString('latin1')) as MessageFields
  } catch {
    return undefined
  }
}

function readReject(fields: RejectFields | null): Reject | undefined {
  const reason = rejectReasons.find((known) => known === fields?.reason)
  if (fields === null || reason === undefined || !Number.isSafeInteger(fields.index) || Number(fields.index) < 0)
    return undefined
  const payload = Buffer.from(typeof fields.payload === 'string' ? fields.payload : '', 'latin1')
  const { payloadBytes, records } = fields
  const inherited = fields.inherited as Record<string, unknown> | null | undefined
  return {
    index: Number(fields.index),
    reason,
    detail: utf8(fields.detail) ?? '',
    payload,
    payloadBytes: Number.isSafeInteger(payloadBytes) ? Math.max(Number(payloadBytes), payload.length) : payload.length,
    ...(Number.isSafeInteger(records) && Number(records) > 1 ? { records: Number(records) } : {}),
    ...(Array.isArray(fields.lives) ? { lives: livesIn(fields.lives) } : {}),
    ...(Array.isArray(fields.further) && fields.further.length > 0
      ? { further: new Map(livesIn(fields.further).map((life, i) => [String(i), life])) }
      : {}),
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

function livesIn(values: readonly unknown[]): RefusedLife[] {
  const whole = (value: unknown, least: number): number => (Number.isSafeInteger(value) ? Number(value) : least)
  return values.flatMap((value) => {
    const life = value as Partial<Record<keyof RefusedLife, unknown>> | null
    const podKey = utf8(life?.podKey)
    if (life === null || podKey === undefined) return []
    return [
      {
        podKey,
        container: utf8(life.container) ?? '',
        restart: whole(life.restart, -1),
        containerId: utf8(life.containerId) ?? '',
        file: utf8(life.file) ?? '',
        offset: whole(life.offset, -1),
        length: whole(life.length, -1),
        lines: whole(life.lines, 1),
      },
    ]
  })
}

const utf8 = (text: unknown): string | undefined =>
  typeof text === 'string' ? Buffer.from(text, 'latin1').toString() : undefined
const isIdentity = (text: unknown): text is string =>
  typeof text === 'string' && /^\d{1,20}$/.test(text) && BigInt(text) < 1n << 64n
