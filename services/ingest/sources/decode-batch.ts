// One fetch of one partition as rows of the tables and letters of the dead letter topic. What becomes of a message depends on the message
// and its timestamp alone. Never throws: what cannot be read is a dead letter, and its neighbours do not notice.
import type { ConsumedBatch, ConsumedMessage, OffsetRange } from '#shared/kafka/consumer-port.ts'
import type { KafkaMessage } from '#shared/kafka/publisher-port.ts'
import type { TopicFormat } from '#shared/kafka/settings.ts'
import type { RetentionRules } from '#shared/retention/retention.ts'
import type { BufferPool } from '../buffer/buffer-pool.ts'
import type { BatchOutcome } from '../formats/native.ts'
import type { Origin } from '../normalise/origin.ts'
import type { Reject, RejectReason } from '../normalise/reject.ts'
import { deadLetterMessages, type MessagePlace } from '../publish/dead-letter-messages.ts'
import { rejectsHeader, type ToldRejects } from '../publish/reject-messages.ts'
import { deadLetterRows, replayMark } from '../store/dead-letters.ts'
import { mergeTables, type TableRows } from '../store/table-rows.ts'
import { createLoneOrdinals, messageOrigin, toldRejects } from './message-origin.ts'
import { createMessageRun, type MessageRun } from './message-runs.ts'

export interface DecodedBatch {
  tables: TableRows[]
  /** For the topic of dead letters. */
  letters: KafkaMessage[]
  accepted: number
  /** Of each reject. */
  reasons: RejectReason[]
  /** Bytes of the rows and the letters. */
  bytes: number
  /** When the last message came, ms since 1970; undefined where nobody knows. */
  lastMs: number | undefined
}

export interface BatchDecoderOptions {
  /** By topic. */
  formats: ReadonlyMap<string, TopicFormat>
  retention: RetentionRules
  /** Default of messages that name none. */
  cluster: string
  seed: number
  /** Where the bytes of rows come from. */
  pool: BufferPool
  onBug(error: unknown): void
}

export interface BatchDecoder {
  decode(batch: ConsumedBatch): DecodedBatch
  /** @param noticedMs When it was noticed, ms since 1970: nobody knows when the messages came. */
  lost(range: OffsetRange, noticedMs: number): DecodedBatch
}

export function createBatchDecoder({ formats, retention, cluster, seed, pool, onBug }: BatchDecoderOptions): BatchDecoder {
  const loneOrdinal = createLoneOrdinals()

  function decode(batch: ConsumedBatch): DecodedBatch {
    const bytesHint = batch.messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)
    const format = formats.get(batch.topic)!
    const run = createMessageRun(format, { retention, seed, pool, bytesHint, onBug })
    const decoded = emptyBatch()
    for (const message of batch.messages) {
      try {
        decodeOne(decoded, run, batch, message)
      } catch (error) {
        onBug(error)
        const { rejects } = refused('bad-message', 'the message could not be decoded, which is a bug of ours', message)
        const source = `kafka:${batch.topic}/${batch.partition}@${message.offset}`
        const origin: Origin = { tenant: 'default', cluster: '', node: '', agent: '', receivedMs: Number.NaN, source, format }
        add(decoded, rejects, origin, { ...placeOf(batch), offset: message.offset })
      }
    }
    return finished(decoded, run.take())
  }

  function decodeOne(decoded: DecodedBatch, run: MessageRun, batch: ConsumedBatch, message: ConsumedMessage): void {
    const { origin, problem } = messageOrigin(batch, message, cluster)
    origin.format = formats.get(batch.topic)!
    if (origin.receivedMs > 0) decoded.lastMs = origin.receivedMs
    const told = problem === undefined ? toldRejects(message, origin) : undefined
    if (told) return addTold(decoded, told)
    const wrong =
      told === null
        ? `header ${rejectsHeader} is for what the HTTP front of Afterlog publishes, and the value is none of that`
        : problem
    const { accepted, rejects } = wrong === undefined ? read(run, batch, message, origin) : refused('bad-header', wrong, message)
    decoded.accepted += accepted
    if (rejects.length > 0) add(decoded, rejects, origin, { ...placeOf(batch), offset: message.offset })
  }

  function read(run: MessageRun, batch: ConsumedBatch, message: ConsumedMessage, origin: Origin): BatchOutcome {
    if (message.value === null || message.value.length === 0) return refused('bad-message', 'the message has no value', message)
    if (Number.isNaN(origin.receivedMs) && formats.get(batch.topic) !== 'lifecycle')
      return refused('bad-message', noArrival(message), message)
    return run.add(message.value, origin, loneOrdinal(batch, message.offset))
  }

  function lost(range: OffsetRange, noticedMs: number): DecodedBatch {
    const { topic, partition, from, to } = range
    const detail = `${to - from} offsets of ${topic}/${partition}, from ${from} to ${to - 1n}, were deleted by the topic's retention before they were read`
    const payload = Buffer.from(JSON.stringify({ topic, partition, from: Number(from), to: Number(to) }))
    const decoded = emptyBatch()
    const source = `kafka:${topic}/${partition}@${from}`
    const origin: Origin = { tenant: 'default', cluster: '', node: '', agent: '', receivedMs: noticedMs, source }
    add(decoded, [{ index: 0, reason: 'lost-on-kafka', detail, payload }], origin, { topic, partition, offset: String(from) })
    return finished(decoded, [])
  }

  return { decode, lost }
}

const emptyBatch = (): DecodedBatch => ({ tables: [], letters: [], accepted: 0, reasons: [], bytes: 0, lastMs: undefined })
const placeOf = ({ topic, partition }: ConsumedBatch) => ({ topic, partition })

/** Without it nobody could say whether its lines are too old to be kept. */
const noArrival = ({ timestamp }: ConsumedMessage): string =>
  `the message does not say when it came (its timestamp is ${timestamp}); set message.timestamp.type=LogAppendTime on the topic, or the time in the producer`

function refused(reason: RejectReason, detail: string, { value }: ConsumedMessage): BatchOutcome {
  return { accepted: 0, rejects: [{ index: 0, reason, detail, payload: value ?? Buffer.alloc(0) }] }
}

function add(decoded: DecodedBatch, rejects: readonly Reject[], origin: Origin, place: MessagePlace): void {
  addLetters(decoded, rejects, origin, Buffer.from(`${place.topic}/${place.partition}@${place.offset}`), place)
}

/** Rejects of a body over HTTP are the dead letters that they would be without Kafka. */
function addTold(decoded: DecodedBatch, { rejects, origin, key, replayed }: ToldRejects): void {
  addLetters(decoded, rejects, origin, key)
  if (replayed !== undefined) decoded.tables.push(replayMark(origin.tenant, replayed, origin.receivedMs))
}

function addLetters(decoded: DecodedBatch, rejects: readonly Reject[], origin: Origin, key: Buffer, place?: MessagePlace): void {
  const rows = deadLetterRows(rejects, origin, key)
  if (rows !== undefined) decoded.tables.push(rows)
  // One by one: a message may hold more rejects than a call takes arguments.
  for (const letter of deadLetterMessages(rejects, origin, key, place)) decoded.letters.push(letter)
  for (const { reason } of rejects) decoded.reasons.push(reason)
}

function finished(decoded: DecodedBatch, tables: readonly TableRows[]): DecodedBatch {
  decoded.tables = mergeTables([...tables, ...decoded.tables])
  decoded.bytes =
    decoded.tables.reduce((sum, { rows }) => sum + rows.length, 0) +
    decoded.letters.reduce((sum, { value }) => sum + value.length, 0)
  return decoded
}
