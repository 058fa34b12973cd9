// Turns a native body over HTTP into messages of a topic. The body is decoded once, into rows, which only count the
// ordinals, and into records to publish. The consumer of the messages accepts and rejects the same records.
import type { KafkaMessage } from '#shared/kafka/publisher-port.ts'
import type { RetentionRules } from '#shared/retention/retention.ts'
import { NativeDecoder } from '../formats/native.ts'
import type { DraftSink } from '../normalise/line-draft.ts'
import { bodyRowsBytesMax } from '../normalise/rows-bytes-max.ts'
import { LineSink } from '../normalise/line-sink.ts'
import type { Origin } from '../normalise/origin.ts'
import type { Reject } from '../normalise/reject.ts'
import { batchMessages, type UnfitRecord } from './batch-messages.ts'
import { BatchRecords } from './batch-records.ts'
import { messageHeaders, valueRoom } from './message-headers.ts'

/** The messages of a body, and the counts for its answer. */
export interface Published {
  messages: KafkaMessage[]
  /** Records in the messages. */
  accepted: number
  /** In the order of their indexes. */
  rejects: Reject[]
  /** NUL bytes that were skipped in front of lines. */
  nulBytes?: number
}

/** A topic, and the size of its messages. */
export interface TopicRoom {
  topic: string
  /** The topic's max.message.bytes, which limits key, value and headers together. */
  messageBytesMax: number
}

export interface BatchBodyOptions extends TopicRoom {
  origin: Origin
  retention: RetentionRules
  /** Seeds the hash of the ordinal counter. */
  seed: number
  /** A body with more rejects throws ManyRejects. */
  rejectsHereMax?: number
}

/**
 * @param form `lines` is one record per line, `batch` a body of any form. Throws AfterlogError `invalid-body` where it
 * has none.
 */
export function publishBatch(
  body: Buffer,
  form: 'batch' | 'lines',
  { origin, retention, seed, rejectsHereMax, topic, messageBytesMax }: BatchBodyOptions,
): Published {
  const ordinals = new Map<number, number>()
  const lines = new LineSink({
    bytesHint: body.length,
    seed,
    onOrdinal: (seq, ordinal) => ordinals.set(seq, ordinal),
    rowsBytesMax: bodyRowsBytesMax(body.length),
  })
  const records = new BatchRecords(body.length)
  const {
    accepted,
    rejects,
    nulBytes = 0,
  } = new NativeDecoder({ retention, sink: both(lines, records), rejectsHereMax })[form](body, origin)
  const headers = messageHeaders(origin)
  const { messages, unfit } = batchMessages(records, {
    topic,
    headers,
    valueBytesMax: (key) => valueRoom(messageBytesMax, key, headers),
    ordinalAt: (record) => ordinals.get(records.head.seq + record) ?? 0,
  })
  return {
    messages,
    accepted: accepted - unfit.length,
    nulBytes,
    rejects: unfit.length === 0 ? rejects : withUnfit(rejects, unfit, { topic, messageBytesMax }),
  }
}

const both = (first: DraftSink, second: DraftSink): DraftSink => ({
  begin: (head) => {
    first.begin(head)
    second.begin(head)
  },
  add: (draft) => {
    first.add(draft)
    second.add(draft)
  },
  end: () => {
    first.end()
    second.end()
  },
  abandon: () => {
    first.abandon()
    second.abandon()
  },
})

/** Merges both kinds of rejects. */
function withUnfit(rejects: readonly Reject[], unfit: readonly UnfitRecord[], room: TopicRoom): Reject[] {
  const late = unfit.map(({ index, field, bytes, payload }): Reject => ({
    index,
    ...(field === ''
      ? { reason: 'too-large', detail: tooLargeFor(room, 'the record', bytes) }
      : { reason: 'bad-field', detail: `${field} must be at most 4096 bytes long, escapes counted in full` }),
    payload,
  }))
  return [...rejects, ...late].toSorted((a, b) => a.index - b.index)
}

/** The sentence for a record or object that no message of the topic can hold. */
export function tooLargeFor({ topic, messageBytesMax }: TopicRoom, what: string, bytes: number): string {
  const limit = `topic ${topic} takes ${messageBytesMax}: raise its max.message.bytes`
  return `${what} takes a message of ${bytes} bytes, and ${limit}`
}
