// Dead letters as messages of the topic afterlog.dead-letters, for users who watch or repair through Kafka. They are
// published with acks=all before the batch is acknowledged, so each comes at least once; equal `id`s are one letter.
import { isUtf8 } from 'node:buffer'
import { deadLetterTopic } from '#shared/kafka/settings.ts'
import type { KafkaMessage } from '#shared/kafka/publisher-port.ts'
import { deadLettersOf } from '../normalise/dead-letter.ts'
import type { Origin } from '../normalise/origin.ts'
import type { Reject } from '../normalise/reject.ts'

/** The place of a message on Kafka. */
export interface MessagePlace {
  topic: string
  partition: number
  /** Decimal: offsets have 64 bits. */
  offset: string
}

/**
 * @param rejects Those that become dead letters: `settleReplay(…).letters`.
 * @param key What the records came in, as for the rows of dead_letters, so that row and message have one id.
 * @param place The place of the Kafka message that the records came in. Leave it out over HTTP.
 */
export function deadLetterMessages(
  rejects: readonly Reject[],
  origin: Origin,
  key: Buffer,
  place?: MessagePlace,
): KafkaMessage[] {
  return deadLettersOf(rejects, origin, key).map((letter) => {
    const { identity, index, reason, detail, payload } = letter
    const value = {
      id: String(identity),
      time: `${letter.time.slice(0, 23)}000000Z`,
      origin: letter.origin,
      tenant: origin.tenant,
      topic: place?.topic ?? null,
      partition: place?.partition ?? null,
      offset: place === undefined ? null : Number(place.offset),
      index,
      reason: detail,
      code: reason,
      payload: isUtf8(payload) ? payload.toString('utf8') : { base64: payload.toString('base64') },
    }
    return {
      topic: deadLetterTopic,
      key: Buffer.from(letter.origin),
      value: Buffer.from(JSON.stringify(value)),
      headers: { 'x-scope-orgid': origin.tenant },
    }
  })
}

/** Shortens the letter's payload to what one message of the topic holds, and sets `truncated` where it does. */
export function fitLetter(message: KafkaMessage, bytesMax: number | undefined): KafkaMessage {
  if (bytesMax === undefined || bytesOf(message) <= bytesMax) return message
  const letter = JSON.parse(message.value.toString()) as { payload: string | { base64: string }; reason: string }
  const { payload } = letter
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : Buffer.from(payload.base64, 'base64')
  const shortened = (length: number): KafkaMessage => {
    const value = { ...letter, payload: { base64: bytes.subarray(0, length).toString('base64') }, truncated: true }
    return { ...message, value: Buffer.from(JSON.stringify(value)) }
  }
  const room = bytesMax - bytesOf(shortened(0))
  return shortened(Math.max(0, Math.floor((room * 3) / 4) - 4))
}

function bytesOf({ key, value, headers }: KafkaMessage): number {
  const named = Object.entries(headers).reduce((sum, [name, text]) => sum + name.length + text.length, 0)
  return (key?.length ?? 0) + value.length + named
}
