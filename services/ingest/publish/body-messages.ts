// A posted body as messages of its topic: its records, and its rejects, which the consumer turns into dead letters.
// Pure: the messages of a body are the same on the event loop and on the decoding thread.
import type { KafkaMessage } from '#shared/kafka/publisher-port.ts'
import { bodyKey, type BodyFormat, type DecodeSettings } from '../decoding/body-rows.ts'
import { nativeBody, storedFormat, withProblems } from '../formats/translate.ts'
import type { Origin } from '../normalise/origin.ts'
import { type RejectSummary, summaryOf } from '../normalise/reject.ts'
import { settleReplay } from '../normalise/replay.ts'
import { publishBatch, type Published, type TopicRoom } from './batch-body.ts'
import { publishLifecycle } from './lifecycle-body.ts'
import { rejectMessages, replayedMessage } from './reject-messages.ts'

export interface BodyMessages {
  messages: KafkaMessage[]
  /** Closes the dead letter that the body replays. Publish it once all other messages are on the broker. */
  closing: KafkaMessage | undefined
  accepted: number
  rejects: RejectSummary[]
  /** NUL bytes that were skipped in front of lines. */
  nulBytes?: number
}

/** Throws AfterlogError `invalid-body` where the body has no records, and `too-large` where it becomes too many bytes. */
export function bodyMessages(
  body: Buffer,
  origin: Origin,
  as: BodyFormat,
  room: TopicRoom,
  settings: DecodeSettings,
): BodyMessages {
  const published = messagesOf(body, origin, as, room, settings)
  const { letters, replayed } = settleReplay(published, origin)
  const letterMessages =
    letters.length === 0
      ? []
      : rejectMessages(letters, { ...origin, format: storedFormat(as.format) }, bodyKey(body, origin), room)
  return {
    messages: [...published.messages, ...letterMessages],
    closing: replayed === undefined ? undefined : replayedMessage(replayed, origin, room, published.messages),
    accepted: published.accepted,
    ...(published.nulBytes === undefined ? {} : { nulBytes: published.nulBytes }),
    rejects: published.rejects.map(summaryOf),
  }
}

function messagesOf(
  body: Buffer,
  origin: Origin,
  { format, form }: BodyFormat,
  room: TopicRoom,
  settings: DecodeSettings,
): Published {
  if (format === 'native')
    return publishBatch(body, form === 'json' ? 'batch' : 'lines', { origin, ...settings, ...room })
  if (format === 'lifecycle') return publishLifecycle(body, form, { origin, ...room })
  const native = nativeBody(body, format, origin)
  if (native.body.length === 0) return { messages: [], accepted: 0, rejects: [] }
  return withProblems(publishBatch(native.body, 'lines', { origin, ...settings, ...room }), native)
}
