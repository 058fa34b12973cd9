// Decodes one fetch of one partition into rows of the tables and messages for the dead letter topic. The result for a
// message depends on the message and its timestamp alone. Never throws: a message that cannot be read becomes a dead
// letter, and its neighbours are not affected.
import type { ConsumedBatch, ConsumedMessage, OffsetRange } from '#shared/kafka/consumer-port.ts'
import type { KafkaMessage } from '#shared/kafka/publisher-port.ts'
import type { TopicFormat } from '#shared/kafka/settings.ts'
import type { RetentionRules } from '#shared/retention/retention.ts'
import type { BufferPool } from '../buffer/buffer-pool.ts'
import { isTranslated, storedFormat } from '../formats/translate.ts'
import type { BatchOutcome } from '../normalise/decoded.ts'
import type { FragmentsOfBatch, OpenFragments } from '../normalise/open-fragments.ts'
import type { Origin } from '../normalise/origin.ts'
import { livesOfPayload } from '../normalise/refused-lives.ts'
import { countRejects, type Reject, type RejectReason } from '../normalise/reject.ts'
import { deadLetterMessages, type MessagePlace } from '../publish/dead-letter-messages.ts'
import { rejectsHeader, type RejectMessage } from '../publish/reject-messages.ts'
import { letterRows, replayMark } from '../store/dead-letters.ts'
import { mergeTables, type TableRows } from '../store/table-rows.ts'
import { createLoneOrdinals, messageOrigin, rejectMessageOf } from './message-origin.ts'
import { createMessageRun, undecodable, type MessageOutcome, type MessageRun, type RunRows } from './message-runs.ts'

export interface DecodedBatch {
  tables: TableRows[]
  /** Messages for the topic of dead letters. */
  letters: KafkaMessage[]
  accepted: number
  /** NUL bytes that were skipped in front of lines. */
  nulBytes: number
  /** How many records were rejected for each reason. */
  rejected: Map<RejectReason, number>
  /** Bytes of the rows and the letters. */
  bytes: number
  /** When the last message came, ms since 1970; undefined where it is not known. */
  lastMs: number | undefined
  /** Undefined where no other batch is concerned. */
  fragments?: FragmentsOfBatch | undefined
}

export interface BatchDecoderOptions {
  /** The format of each topic. */
  formats: ReadonlyMap<string, TopicFormat>
  retention: RetentionRules
  /** The cluster of messages that name none. */
  cluster: string
  seed: number
  /** Supplies the buffers for the rows. */
  pool: BufferPool
  /** Remembers the lines that messages leave open. */
  open: OpenFragments
  onBug(error: unknown): void
}

export interface BatchDecoder {
  decode(batch: ConsumedBatch): DecodedBatch
  /** Returns a dead letter for each message, since none of them can be decoded. */
  undecoded(batch: ConsumedBatch): DecodedBatch
  /**
   * Returns the dead letter for offsets that are gone.
   * @param noticedMs ms since 1970. When the messages came is not known.
   */
  lost(range: OffsetRange, noticedMs: number): DecodedBatch
}

export function createBatchDecoder({
  formats,
  retention,
  cluster,
  seed,
  pool,
  open,
  onBug,
}: BatchDecoderOptions): BatchDecoder {
  const loneOrdinal = createLoneOrdinals()

  function decode(batch: ConsumedBatch): DecodedBatch {
    const bytesHint = batch.messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)
    const format = formats.get(batch.topic)!
    const run = createMessageRun(format, { retention, seed, pool, open, bytesHint, onBug })
    const decoded = emptyBatch()
    for (const message of batch.messages) {
      try {
        decodeOne(decoded, run, batch, message)
      } catch (error) {
        onBug(error)
        const source = `kafka:${batch.topic}/${batch.partition}@${message.offset}`
        const origin = { tenant: 'default', cluster: '', node: '', agent: '', receivedMs: Number.NaN, source, format }
        addUndecoded(decoded, origin, batch, message)
      }
    }
    return finished(decoded, run.take())
  }

  function undecoded(batch: ConsumedBatch): DecodedBatch {
    const decoded = emptyBatch()
    for (const message of batch.messages) {
      const origin = { ...messageOrigin(batch, message, cluster).origin, format: formats.get(batch.topic)! }
      addUndecoded(decoded, origin, batch, message)
    }
    return finished(decoded, { tables: [], fragments: undefined })
  }

  function decodeOne(decoded: DecodedBatch, run: MessageRun, batch: ConsumedBatch, message: ConsumedMessage): void {
    const { origin, problem } = messageOrigin(batch, message, cluster)
    origin.format = formats.get(batch.topic)!
    if (message.key !== null && isTranslated(origin.format)) origin.key = message.key.toString()
    if (origin.receivedMs > 0) decoded.lastMs = origin.receivedMs
    const rejectMessage = problem === undefined ? rejectMessageOf(message, origin) : undefined
    if (rejectMessage) return addRejects(decoded, rejectMessage)
    const badHeader =
      rejectMessage === null
        ? `header ${rejectsHeader} is reserved for messages of Afterlog's HTTP front; leave it out of other messages`
        : problem
    const outcome: MessageOutcome =
      badHeader === undefined ? read(run, batch, message, origin) : refused('bad-header', badHeader, message)
    addOutcome(decoded, outcome, origin, { ...placeOf(batch), offset: message.offset })
  }

  function read(run: MessageRun, batch: ConsumedBatch, message: ConsumedMessage, origin: Origin): MessageOutcome {
    if (message.value === null || message.value.length === 0)
      return refused('bad-message', 'the message has no value; send a batch or a record as its value', message)
    if (Number.isNaN(origin.receivedMs) && formats.get(batch.topic) !== 'lifecycle')
      return refused('bad-message', noArrival(message), message)
    return run.add(message.value, origin, loneOrdinal(batch, message.offset))
  }

  function lost(range: OffsetRange, noticedMs: number): DecodedBatch {
    const { topic, partition, from, to } = range
    const offsets = `${to - from} offsets of ${topic}/${partition}, from ${from} to ${to - 1n},`
    const detail = `${offsets} were deleted by the topic's retention before they were read`
    const payload = Buffer.from(JSON.stringify({ topic, partition, from: Number(from), to: Number(to) }))
    const decoded = emptyBatch()
    const source = `kafka:${topic}/${partition}@${from}`
    const origin: Origin = { tenant: 'default', cluster: '', node: '', agent: '', receivedMs: noticedMs, source }
    add(decoded, [{ index: 0, reason: 'lost-on-kafka', detail, payload }], origin, {
      topic,
      partition,
      offset: String(from),
    })
    return finished(decoded, { tables: [], fragments: undefined })
  }

  return { decode, undecoded, lost }
}

/** Sums batches that were decoded apart. */
export const mergeBatches = (parts: readonly DecodedBatch[]): DecodedBatch => ({
  tables: mergeTables(parts.flatMap(({ tables }) => tables)),
  letters: parts.flatMap(({ letters }) => letters),
  accepted: parts.reduce((sum, { accepted }) => sum + accepted, 0),
  nulBytes: parts.reduce((sum, { nulBytes }) => sum + nulBytes, 0),
  rejected: parts.reduce((sum, { rejected }) => {
    for (const [reason, count] of rejected) sum.set(reason, (sum.get(reason) ?? 0) + count)
    return sum
  }, new Map<RejectReason, number>()),
  bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
  lastMs: parts.findLast(({ lastMs }) => lastMs !== undefined)?.lastMs,
})

const emptyBatch = (): DecodedBatch => ({
  tables: [],
  letters: [],
  accepted: 0,
  nulBytes: 0,
  rejected: new Map(),
  bytes: 0,
  lastMs: undefined,
})
function addOutcome(decoded: DecodedBatch, outcome: MessageOutcome, origin: Origin, place: MessagePlace): void {
  const { accepted, rejects, nulBytes = 0, objects } = outcome
  if (objects !== undefined) addOutcome(decoded, objects, { ...origin, format: 'lifecycle' }, place)
  // A message that could not be read at all is a letter in its own format.
  if (rejects[0]?.reason !== 'bad-message') origin.format = storedFormat(origin.format!)
  decoded.accepted += accepted
  decoded.nulBytes += nulBytes
  if (rejects.length > 0) add(decoded, rejects, origin, place)
}

const placeOf = ({ topic, partition }: ConsumedBatch) => ({ topic, partition })

/** Without a time of arrival, nothing says whether the lines are older than their retention. */
const noArrival = ({ timestamp }: ConsumedMessage): string =>
  `the message does not say when it came (its timestamp is ${timestamp}); ` +
  'set message.timestamp.type=LogAppendTime on the topic, or the time in the producer'

function refused(reason: RejectReason, detail: string, { value }: ConsumedMessage): BatchOutcome {
  const payload = value ?? Buffer.alloc(0)
  // A header that is bad, or not read behind a bad one, may have named another cluster.
  const lives = reason === 'bad-header' ? { lives: livesOfPayload(payload, null) } : {}
  return { accepted: 0, rejects: [{ index: 0, reason, detail, payload, ...lives }] }
}

function addUndecoded(decoded: DecodedBatch, origin: Origin, batch: ConsumedBatch, message: ConsumedMessage): void {
  const { rejects } = refused('bad-message', undecodable, message)
  add(decoded, rejects, origin, { ...placeOf(batch), offset: message.offset })
}

function add(decoded: DecodedBatch, rejects: readonly Reject[], origin: Origin, place: MessagePlace): void {
  addLetters(decoded, rejects, origin, Buffer.from(`${place.topic}/${place.partition}@${place.offset}`), place)
}

/** Adds the rejects of an HTTP body as the same dead letters that they would be without Kafka. */
function addRejects(decoded: DecodedBatch, { rejects, origin, key, replayed }: RejectMessage): void {
  addLetters(decoded, rejects, origin, key)
  if (replayed !== undefined) decoded.tables.push(replayMark(origin.tenant, replayed, origin.receivedMs))
}

function addLetters(
  decoded: DecodedBatch,
  rejects: readonly Reject[],
  origin: Origin,
  key: Buffer,
  place?: MessagePlace,
): void {
  decoded.tables.push(...letterRows(rejects, origin, key))
  // In a loop, since a message may hold more rejects than a call of push may have arguments.
  for (const letter of deadLetterMessages(rejects, origin, key, place)) decoded.letters.push(letter)
  countRejects(rejects, decoded.rejected)
}

function finished(decoded: DecodedBatch, { tables, fragments }: RunRows): DecodedBatch {
  decoded.fragments = fragments
  decoded.tables = mergeTables([...tables, ...decoded.tables])
  decoded.bytes =
    decoded.tables.reduce((sum, { rows }) => sum + rows.length, 0) +
    decoded.letters.reduce((sum, { value }) => sum + value.length, 0)
  return decoded
}
