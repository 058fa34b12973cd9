// A posted body as messages of its topic: its records, and its rejects, which the consumer turns into dead letters.
// Pure: the messages of a body are the same on the event loop and on the decoding thread.
import { AfterlogError } from '#shared/errors.ts'
import type { KafkaMessage } from '#shared/kafka/publisher-port.ts'
import type { TopicFormat } from '#shared/kafka/settings.ts'
import { bodyKey, type BodyFormat, type DecodeSettings } from '../decoding/body-rows.ts'
import { amongLines, nativeBody, withProblems } from '../formats/translate.ts'
import type { Origin } from '../normalise/origin.ts'
import { type RejectSummary, summaryOf } from '../normalise/reject.ts'
import { settleParts } from '../normalise/settle-parts.ts'
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

/** The topic of a body, and that of the objects which come among the lines of agents, where there is one. */
export interface BodyRoom extends TopicRoom {
  objects?: TopicRoom | undefined
}

/** Throws AfterlogError `invalid-body` where the body has no records, and `too-large` where it becomes too many bytes. */
export function bodyMessages(
  body: Buffer,
  origin: Origin,
  as: BodyFormat,
  { objects, ...room }: BodyRoom,
  settings: DecodeSettings,
): BodyMessages {
  const parts = publish(body, origin, as, { objects, ...room }, settings)
  const [{ nulBytes }] = parts
  const { accepted, rejects, hasLetters, replayed } = settleParts(parts, origin)
  const key = hasLetters ? bodyKey(body, origin) : undefined
  const letterMessages =
    key === undefined
      ? []
      : parts.flatMap((part) => rejectMessages(part.rejects, { ...origin, format: part.format }, key, part.room))
  const messages = parts.flatMap((part) => part.messages)
  return {
    messages: [...messages, ...letterMessages],
    closing: replayed === undefined ? undefined : replayedMessage(replayed, origin, room, messages),
    accepted,
    ...(nulBytes === undefined ? {} : { nulBytes }),
    rejects: rejects.map(summaryOf),
  }
}

/** What is published of a body in one format. */
interface Part extends Published {
  format: TopicFormat
  room: TopicRoom
}

function publish(
  body: Buffer,
  origin: Origin,
  { format, form }: BodyFormat,
  { objects, ...room }: BodyRoom,
  settings: DecodeSettings,
): [Part, ...Part[]] {
  const options = { origin, ...settings, ...room }
  if (format === 'native')
    return [{ format, room, ...publishBatch(body, form === 'json' ? 'batch' : 'lines', options) }]
  if (format === 'lifecycle') return [{ format, room, ...publishLifecycle(body, form, { origin, ...room }) }]
  const native = nativeBody(body, format, origin)
  const lines = native.count === 0 ? nothing : withProblems(publishBatch(native.lines, 'lines', options), native)
  const ofLines: Part = { format: 'native', room, ...lines }
  if (native.objects.length === 0) return [ofLines]
  if (objects === undefined) throw withoutTopic()
  const published = amongLines(publishLifecycle(native.objects, 'ndjson', { origin, ...objects }), native)
  return [ofLines, { format: 'lifecycle', room: objects, ...published }]
}

const nothing: Published = { messages: [], accepted: 0, rejects: [] }

const withoutTopic = () =>
  new AfterlogError(
    'invalid-body',
    'the body has objects of Kubernetes, and AFTERLOG_KAFKA_TOPICS has no topic of format lifecycle for them; ' +
      'add one, such as afterlog.lifecycle:lifecycle',
  )
