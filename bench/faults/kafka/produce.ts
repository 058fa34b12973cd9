// Sends the messages of a run: idempotent producers, transactions that are committed or aborted, and posts to whichever
// ingest process answers. Everything is sent until it is acknowledged; where each message landed is remembered.
import { setTimeout as sleep } from 'node:timers/promises'
import { CompressionTypes, Kafka, logLevel, type Producer } from 'kafkajs'
import type { Message } from './messages.ts'

export interface ProduceOptions {
  brokers: string
  topic: string
  tenant: string
  messages: readonly Message[]
  /** About how long all of it shall take. */
  spreadMs: number
  /** Where posts can go at this moment. */
  urls(): readonly string[]
  /** Runs while no fault of the broker does: what became of a transaction must be known. */
  steady<T>(work: () => Promise<T>): Promise<T>
}

export interface Produced {
  /** `topic/partition@offset#index` of every record that must become a dead letter. */
  poison: string[]
  /** Posts that had no answer, or were refused, and were sent again. */
  postsAgain: number
}

/** Messages of one send: they become one batch per partition, which the topic must take. */
const sendBytesMax = 100_000
/** ms in which the broker has surely marked the end of a transaction in every partition. */
const markedMs = 500

export async function produce({ brokers, topic, tenant, messages, spreadMs, urls, steady }: ProduceOptions): Promise<Produced> {
  const kafka = new Kafka({
    clientId: 'afterlog-faults',
    brokers: [brokers],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 1_000_000 },
  })
  const plain = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
  const transactional = kafka.producer({ idempotent: true, maxInFlightRequests: 1, transactionalId: `faults-${topic}` })
  const produced: Produced = { poison: [], postsAgain: 0 }
  await steady(() => Promise.all([plain.connect(), transactional.connect()]))

  const send = async (by: Pick<Producer, 'send'>, group: readonly Message[]): Promise<void> => {
    const places = await by.send({
      topic,
      acks: -1,
      compression: group[0]!.number % 3 === 0 ? CompressionTypes.GZIP : CompressionTypes.None,
      messages: group.map(({ value, partition, headers }) => ({
        value,
        partition,
        headers: { ...headers, 'x-scope-orgid': tenant },
      })),
    })
    for (const { partition, baseOffset } of places) {
      const of = group.filter((message) => message.partition === partition)
      const base = Number(baseOffset)
      produced.poison.push(...of.flatMap(({ poison }, i) => poison.map((index) => `${topic}/${partition}@${base + i}#${index}`)))
    }
  }
  const transact = (group: readonly Message[], commit: boolean): Promise<void> => {
    const { promise: ended, resolve, reject } = Promise.withResolvers<void>()
    void steady(async () => {
      try {
        const transaction = await transactional.transaction()
        await send(transaction, group)
        await (commit ? transaction.commit() : transaction.abort())
        resolve()
        // A broker of one node that is killed before it has marked every partition may show what was aborted, to any
        // client.
        await sleep(markedMs)
      } catch (error) {
        reject(error)
      }
    })
    return ended
  }
  const post = async ({ value, headers, lines }: Message): Promise<void> => {
    for (let attempt = 0; ; attempt++) {
      const places = urls()
      const url = places[attempt % Math.max(places.length, 1)]
      if (url !== undefined && (await posted(url, tenant, value!, headers, lines))) return
      if (url !== undefined) produced.postsAgain++
      await sleep(200)
    }
  }

  const startedMs = performance.now()
  const groups = [...grouped(messages)]
  const posts: Promise<void>[] = []
  for (const [i, group] of groups.entries()) {
    await sleep(Math.max(0, startedMs + (spreadMs * i) / groups.length - performance.now()))
    const [{ way }] = group as [Message]
    if (way === 'kafka') await send(plain, group)
    else if (way === 'http') {
      const posting = post(group[0]!)
      posting.catch(() => undefined)
      posts.push(posting)
    } else await transact(group, way === 'committed')
  }
  await Promise.all(posts)
  await Promise.all([plain.disconnect(), transactional.disconnect()])
  return produced
}

/** Neighbours that go the same way, as far as one send may hold them; posts one by one. */
function* grouped(messages: readonly Message[]): Generator<Message[]> {
  let group: Message[] = []
  let bytes = 0
  for (const message of messages) {
    const size = (message.value?.length ?? 0) + 200
    const fits = group[0]?.way === message.way && message.way !== 'http' && bytes + size <= sendBytesMax && group.length < 60
    if (!fits && group.length > 0) {
      yield group
      group = []
      bytes = 0
    }
    group.push(message)
    bytes += size
  }
  if (group.length > 0) yield group
}

/** False where it must be sent again. */
async function posted(
  url: string,
  tenant: string,
  body: Buffer,
  headers: Record<string, string>,
  lines: number,
): Promise<boolean> {
  try {
    const response = await fetch(`${url}/v1/batches`, {
      method: 'POST',
      body: body as Buffer<ArrayBuffer>,
      headers: { ...headers, 'x-scope-orgid': tenant },
      signal: AbortSignal.timeout(20_000),
    })
    if (response.status !== 200) {
      await response.arrayBuffer()
      return response.status === 429 || response.status === 503 ? false : refused(response.status)
    }
    const { accepted, rejected } = (await response.json()) as { accepted: number; rejected: number }
    if (accepted !== lines || rejected !== 0)
      throw new Refused(`of ${lines} records ${accepted} were accepted and ${rejected} rejected`)
    return true
  } catch (error) {
    if (error instanceof Refused) throw error
    return false
  }
}

class Refused extends Error {}

function refused(status: number): never {
  throw new Refused(`a post was answered with ${status}`)
}
