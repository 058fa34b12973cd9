// Decodes bodies and fetched messages without holding up the event loop. What is small is decoded here, in slices
// between which other work gets its turn. What is large is decoded by a thread, one body at a time, and no further one
// while the rows of those before it wait in great number: that bounds the memory, whatever is posted. Fragments of
// several small bodies are joined here; a large one is alone, and the projector joins what it leaves (decision 0017).
import pLimit from 'p-limit'
import { AfterlogError } from '#shared/errors.ts'
import type { ConsumedBatch, OffsetRange } from '#shared/kafka/consumer-port.ts'
import type { TopicFormat } from '#shared/kafka/settings.ts'
import { createSlices } from '#shared/in-slices.ts'
import type { Logger } from '#shared/logger.ts'
import type { RetentionRules } from '#shared/retention/retention.ts'
import type { BufferPool } from '../buffer/buffer-pool.ts'
import { OpenFragments } from '../normalise/open-fragments.ts'
import type { Origin } from '../normalise/origin.ts'
import { ManyRejects } from '../normalise/reject.ts'
import { bodyMessages, type BodyMessages, type BodyRoom } from '../publish/body-messages.ts'
import { rejectsHeader } from '../publish/reject-messages.ts'
import { createBatchDecoder, mergeBatches, type DecodedBatch } from '../sources/decode-batch.ts'
import { messageOrigin } from '../sources/message-origin.ts'
import { bodyRows, type BodyFormat, type BodyRows } from './body-rows.ts'
import { createTaskRunner, sentRules, type DecodeOutcome, type DecodeTask } from './decode-task.ts'
import { createDecodeThread } from './decode-thread.ts'

export interface DecoderOptions {
  retention: RetentionRules
  /** The cluster of messages that name none. */
  cluster: string
  /** The format of each topic. */
  formats: ReadonlyMap<string, TopicFormat>
  /** Supplies the buffers for the rows of messages. */
  pool: BufferPool
  log: Logger
}

export interface Decoder {
  /**
   * Decodes a body into rows and gives them to `use`, which stores them. The caller must not read the body afterwards.
   * Rejects with AfterlogError `invalid-body` or `too-large`, or as `use` does.
   */
  rows<T>(body: Buffer, origin: Origin, as: BodyFormat, use: (decoded: BodyRows) => Promise<T>): Promise<T>
  /** As `rows`, for the messages of a topic. */
  messages<T>(
    body: Buffer,
    origin: Origin,
    as: BodyFormat & { room: BodyRoom },
    use: (decoded: BodyMessages) => Promise<T>,
  ): Promise<T>
  /**
   * Never rejects for what the messages hold: one that cannot be read becomes a dead letter. Rejects with AfterlogError
   * `stopping` once the decoder is closed.
   */
  batch(batch: ConsumedBatch): DecodedBatch | Promise<DecodedBatch>
  /** Returns the dead letter for offsets that are gone. */
  lost(range: OffsetRange, noticedMs: number): DecodedBatch
  /** Whether a large body is being decoded or waits for that. */
  readonly isDecoding: boolean
  close(): Promise<void>
}

/**
 * The most bytes of a body that the event loop decodes, by format. Lines take up to 200 ns per byte there, objects of
 * Kubernetes and records of agents, which are translated first, some five times as long.
 */
const inlineBytesMax: Readonly<Partial<Record<TopicFormat, number>>> = { native: 512 * 1024, lifecycle: 64 * 1024 }
const translatedInlineBytesMax = 128 * 1024
/** The most rejects of a body that the event loop decodes. */
const inlineRejectsMax = 200
/** Bytes decoded by the thread and not stored yet at which it waits: a large insert. */
const waitingBytesMax = 32 * 1024 * 1024

const isLarge = (bytes: number, format: TopicFormat): boolean =>
  bytes > (inlineBytesMax[format] ?? translatedInlineBytesMax)

export function createDecoder(options: DecoderOptions): Decoder {
  const { retention, cluster, formats, pool, log } = options
  /** Seeds the hash of the ordinal counter. */
  const seed = Math.floor(Math.random() * 2 ** 31)
  const onBug = (error: unknown): void => log.error({ err: error }, 'a body or a message could not be decoded')
  const open = new OpenFragments()
  const settings = { retention, seed, open, rejectsHereMax: inlineRejectsMax }
  const batches = createBatchDecoder({ formats, retention, cluster, seed, pool, open, onBug })
  const thread = createDecodeThread({ settings: { formats, cluster, seed }, onBug })
  const inline = createSlices()
  const inTurn = pLimit(1)
  let waitingBytes = 0
  let stored = Promise.withResolvers<void>()

  /** What follows an open line of its tenants may be in what the thread decodes: no later batch goes on from it. */
  const runAlone: RunAlone = async (task, tenants, run = thread.run) => {
    if (task.to === 'messages') return run(task)
    open.clear(tenants)
    try {
      return await run(task)
    } finally {
      open.clear(tenants)
    }
  }

  async function decodeInTurn(task: BodyTask): Promise<{ outcome: DecodeOutcome; bytes: number }> {
    while (waitingBytes > waitingBytesMax) await stored.promise
    const outcome = await inWords(() => runAlone(task, new Set([task.origin.tenant])), onBug)
    const bytes = bytesOf(outcome)
    waitingBytes += bytes
    return { outcome, bytes }
  }

  /** Gives the outcome to `use`, and counts its bytes until then. */
  async function beside<T>(task: BodyTask, use: (outcome: DecodeOutcome) => Promise<T>): Promise<T> {
    const { outcome, bytes } = await inTurn(() => decodeInTurn(task))
    try {
      return await use(outcome)
    } finally {
      waitingBytes -= bytes
      stored.resolve()
      stored = Promise.withResolvers()
    }
  }

  const runTask = createTaskRunner({ formats, cluster, seed }, onBug)
  const runHere = (task: DecodeTask): Promise<DecodeOutcome> => inline(() => runTask(task))
  const { undecoded } = batches
  const decodeBeside = createBatchesBeside({ retention, cluster, runAlone, runHere, undecoded, onBug })

  const decodeHere = <T>(bytes: number, format: TopicFormat, decode: () => T): Promise<T | undefined> =>
    unlessHard(isLarge(bytes, format), () => inWords(() => inline(decode), onBug))

  return {
    get isDecoding() {
      return inTurn.activeCount + inTurn.pendingCount > 0
    },
    async rows(body, origin, as, use) {
      const decoded = await decodeHere(body.length, as.format, () => bodyRows(body, origin, as, settings))
      if (decoded !== undefined) return use(decoded)
      const rules = sentRules(retention, [origin.receivedMs])
      return beside({ to: 'rows', body, origin, as, rules }, ({ of }) => use(of as BodyRows))
    },
    async messages(body, origin, { room, ...as }, use) {
      const decoded = await decodeHere(body.length, as.format, () => bodyMessages(body, origin, as, room, settings))
      if (decoded !== undefined) return use(decoded)
      const rules = sentRules(retention, [origin.receivedMs])
      return beside({ to: 'messages', body, origin, as, room, rules }, ({ of }) => use(of as BodyMessages))
    },
    batch: (batch) => {
      if (batch.messages.length === 0) return batches.decode(batch)
      const bytes = batch.messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)
      const isHard = hasRejects(batch) || isLarge(bytes, formats.get(batch.topic)!)
      return isHard ? inTurn(() => decodeBeside(batch)) : inline(() => batches.decode(batch))
    },
    lost: batches.lost,
    close: thread.close,
  }
}

const hasRejects = ({ messages }: ConsumedBatch): boolean =>
  messages.some(({ headers }) => headers !== undefined && rejectsHeader in headers)

/** Resolves to undefined where the thread has to decode: what is large, or has many rejects. */
async function unlessHard<T>(isHard: boolean, decode: () => Promise<T>): Promise<T | undefined> {
  if (isHard) return undefined
  try {
    return await decode()
  } catch (error) {
    if (error instanceof ManyRejects) return undefined
    throw error
  }
}

type RunAlone = (
  task: DecodeTask,
  tenants: ReadonlySet<string>,
  run?: (task: DecodeTask) => Promise<DecodeOutcome>,
) => Promise<DecodeOutcome>

interface BatchesBesideOptions extends Pick<DecoderOptions, 'retention' | 'cluster'> {
  runAlone: RunAlone
  /** Decodes on the event loop what the thread decodes. */
  runHere(task: DecodeTask): Promise<DecodeOutcome>
  undecoded(batch: ConsumedBatch): DecodedBatch
  onBug(error: unknown): void
}

/**
 * Decodes batches by the thread. Where it ends, each message is decoded alone. One that a new thread has no memory for,
 * with nothing beside it, is a dead letter; where a thread ends for another reason, the event loop decodes the message.
 * Rejects with AfterlogError `stopping` once the thread is closed: the batch comes again.
 */
function createBatchesBeside(options: BatchesBesideOptions) {
  const { retention, cluster, runAlone, runHere, undecoded, onBug } = options
  const runBatch = async (batch: ConsumedBatch, run?: typeof runHere): Promise<DecodedBatch> => {
    const origins = batch.messages.map((message) => messageOrigin(batch, message, cluster).origin)
    const rules = sentRules(
      retention,
      origins.map(({ receivedMs }) => receivedMs),
    )
    const tenants = new Set(origins.map(({ tenant }) => tenant))
    return (await runAlone({ to: 'batch', batch, rules }, tenants, run)).of as DecodedBatch
  }
  /** Returns why the thread did not decode the batch. */
  const tryBeside = async (batch: ConsumedBatch): Promise<DecodedBatch | { failure: unknown }> => {
    try {
      return await runBatch(batch)
    } catch (error) {
      if (error instanceof AfterlogError && error.code === 'stopping') throw error
      onBug(error)
      return { failure: error }
    }
  }
  const decodeHere = async (batch: ConsumedBatch): Promise<DecodedBatch> => {
    try {
      return await runBatch(batch, runHere)
    } catch (error) {
      onBug(error)
      return undecoded(batch)
    }
  }

  /** The thread that lacks memory ends, so that the second one is new. */
  async function decodeAlone(batch: ConsumedBatch, threads = 2): Promise<DecodedBatch> {
    const decoded = await tryBeside(batch)
    if (!('failure' in decoded)) return decoded
    const { failure } = decoded
    const isMemory = failure instanceof AfterlogError && failure.code === 'too-large'
    if (!isMemory) return decodeHere(batch)
    return threads > 1 ? decodeAlone(batch, threads - 1) : undecoded(batch)
  }

  return async function decode(batch: ConsumedBatch): Promise<DecodedBatch> {
    const decoded = await tryBeside(batch)
    if (!('failure' in decoded)) return decoded
    const parts: DecodedBatch[] = []
    for (const message of batch.messages) parts.push(await decodeAlone({ ...batch, messages: [message] }))
    return mergeBatches(parts)
  }
}

type BodyTask = Exclude<DecodeTask, { to: 'batch' }>

/**
 * Says of a failure that nobody foresaw what the sender can do: try again where memory was short, and else send
 * something else, since what a body becomes depends on the body alone.
 */
async function inWords<T>(decode: () => Promise<T>, onBug: (error: unknown) => void): Promise<T> {
  try {
    return await decode()
  } catch (error) {
    if (error instanceof AfterlogError || error instanceof ManyRejects) throw error
    onBug(error)
    const { name, message } = error as Error
    if (name === 'RangeError' && /string length|string longer/i.test(message))
      throw new AfterlogError('too-large', 'the batch is too large to be decoded at once; send smaller batches', {
        cause: error,
      })
    if (/allocation failed|out of memory|ENOMEM/i.test(message))
      throw new AfterlogError('overloaded', 'there is no memory to decode the batch now; send it again', {
        retryAfterS: 1,
        cause: error,
      })
    throw new AfterlogError(
      'invalid-body',
      "the batch could not be decoded, which is a bug in Afterlog, and nothing of it is stored; see the service's log " +
        'and report it',
      { cause: error },
    )
  }
}

function bytesOf({ to, of }: DecodeOutcome): number {
  return to === 'messages'
    ? of.messages.reduce((sum, { value }) => sum + value.length, 0)
    : of.tables.reduce((sum, { rows }) => sum + rows.length, 0)
}
