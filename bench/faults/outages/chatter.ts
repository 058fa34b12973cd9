// Containers that never stop talking: half of them through an agent that produces to Kafka, half through agents that
// post to whichever ingest process answers. What cannot be sent waits in order and is sent again until it is
// acknowledged, as agents do.
import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel, type Message } from 'kafkajs'
import { createRandom } from '../../storage/random.ts'
import { createSpeakers, recordOf, type Speaker, type SpokenLine } from '../kafka/lines.ts'
import { createPoster, type PostCounts } from './poster.ts'

export interface ChatterOptions {
  brokers: string
  topic: string
  tenant: string
  partitions: number
  linesPerSecond: number
  seed: number
  /** Of the ingest processes. */
  urls: readonly string[]
  untilMs: number
}

export interface Chatter {
  readonly speakers: readonly Speaker[]
  readonly posts: PostCounts
  /** Lines said and not acknowledged. */
  waiting(): { kafka: number; http: number }
  /** Resolves when all that was said before the call is acknowledged. */
  caughtUp(): Promise<void>
  /** The next line that is said and produced to Kafka, one whose text nothing else has. */
  nextLine(): Promise<SpokenLine>
  /** Says nothing more. */
  stop(): void
  /** Once all is acknowledged. */
  close(): Promise<void>
}

/** Records that are sent together or not at all. */
interface Chunk {
  records: string[]
  partition: number
  acknowledged(): void
}

const tickMs = 100
/** Records of a post, and chunks of a send to Kafka. */
const postRecordsMax = 1000
const sendChunksMax = 100

export async function startChatter(options: ChatterOptions): Promise<Chatter> {
  const { brokers, topic, tenant, partitions, linesPerSecond, seed, urls, untilMs } = options
  const random = createRandom(seed)
  const speakers = createSpeakers({ seed, random, untilMs })
  const poster = createPoster({ tenant, urls })
  const kafka = new Kafka({
    clientId: 'afterlog-outages',
    brokers: [brokers],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 1_000_000 },
  })
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()

  const pending = new Set<Promise<void>>()
  const waiting = { kafka: 0, http: 0 }
  const listeners = new Set<(line: SpokenLine) => void>()
  let chunksSaid = 0

  const produceAll = createQueue(
    async (chunks) => {
      const messages: Message[] = chunks.map(({ records, partition }) => ({
        value: records.length === 1 ? records[0]! : `{"records":[${records.join(',')}]}`,
        partition,
        headers: { 'x-scope-orgid': tenant, 'x-afterlog-node': 'node-7' },
      }))
      await producer.send({ topic, acks: -1, messages })
    },
    () => sendChunksMax,
  )
  const agents = speakers.map(() =>
    createQueue(
      (chunks) => poster.post(chunks.flatMap(({ records }) => records)),
      (chunks) => Math.max(1, Math.floor(postRecordsMax / (chunks[0]?.records.length ?? 1))),
    ),
  )

  /** One speaker says about `count` lines: one chunk. */
  function hear(index: number, count: number): void {
    const speaker = speakers[index]!
    const way = index % 2 === 0 ? 'kafka' : 'http'
    const lines: SpokenLine[] = []
    // What has no offset and stands in different messages must differ in time.
    const number = chunksSaid++
    while (lines.length < count) lines.push(...speaker.say(number, false))
    if (way === 'kafka') {
      const echo = lines.find(({ message }) => message.includes('request='))
      if (echo !== undefined) for (const listener of listeners) listener(echo)
    }
    waiting[way] += lines.length
    const { promise, resolve } = Promise.withResolvers<void>()
    const chunk: Chunk = {
      records: lines.map((line) => recordOf(line, speaker.cri)),
      partition: index % partitions,
      acknowledged: () => {
        waiting[way] -= lines.length
        resolve()
      },
    }
    pending.add(promise)
    void promise.then(() => pending.delete(promise))
    void (way === 'kafka' ? produceAll : agents[index]!)(chunk)
  }

  function tick(): void {
    const share = Math.max(1, Math.round((linesPerSecond * tickMs) / 1000 / 3))
    const pick = (way: 0 | 1): number => 2 * random.int(speakers.length / 2) + way
    hear(pick(0), share)
    hear(pick(0), 1)
    hear(pick(1), share)
    hear(pick(1), share)
  }
  const timer = setInterval(tick, tickMs)

  return {
    speakers,
    posts: poster.counts,
    waiting: () => ({ ...waiting }),
    caughtUp: async () => void (await Promise.all(pending)),
    nextLine: () =>
      new Promise((resolve) => {
        const listener = (line: SpokenLine): void => {
          listeners.delete(listener)
          resolve(line)
        }
        listeners.add(listener)
      }),
    stop: () => clearInterval(timer),
    close: () => producer.disconnect(),
  }
}

/** Sends chunks in order, one send at a time, as many as have gathered; a send that fails is tried again for ever. */
function createQueue(
  send: (chunks: readonly Chunk[]) => Promise<void>,
  chunksMax: (chunks: readonly Chunk[]) => number,
): (chunk: Chunk) => Promise<void> {
  const queue: Chunk[] = []
  let running = false
  return async (chunk) => {
    queue.push(chunk)
    if (running) return
    running = true
    while (queue.length > 0) {
      const some = queue.slice(0, chunksMax(queue))
      try {
        await send(some)
      } catch {
        await sleep(200)
        continue
      }
      queue.splice(0, some.length)
      for (const { acknowledged } of some) acknowledged()
    }
    running = false
  }
}
