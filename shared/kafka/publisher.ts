// Publishes with acks=all for callers that wait. Calls at the same time share one request (group commit), and one
// request is under way at a time. A caller waits no longer than `timeoutMs`, whatever the brokers do. To publish again
// after a failure is always safe, since rows are idempotent.
import { setTimeout as sleep } from 'node:timers/promises'
import { createKafkaClient, retryBriefly, type KafkaClientConfig } from './client.ts'
import { createProducerSession, type ProducerSession } from './producer-session.ts'
import { describeKafkaError, protocolErrorOf } from './protocol-error.ts'
import { createPublishQueue, type Publication, type Waiting } from './publish-queue.ts'
import type { Publisher } from './publisher-port.ts'
import { messageBytesDefault } from './topics.ts'
import { AfterlogError } from '#shared/errors.ts'
import type { Logger } from '#shared/logger.ts'

/** The bytes of a record batch with one message, besides key, value and up to some forty headers. */
const overheadBytes = 512
const retryAfterS = 5
const pauseMaxMs = 2000
/** How long a topic that a broker refused makes the service unready, while nothing is published to it. */
const failureHoldsMs = 30_000
const tooLarge = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']

export interface KafkaPublisher extends Publisher {
  /** Returns why publishing fails now, in a sentence for readiness, or undefined. It may name brokers. */
  obstacle(): string | undefined
  /** Refuses new calls, waits for calls under way (within `timeoutMs`), and disconnects. */
  close(): Promise<void>
}

/**
 * `limitOf` returns max.message.bytes of a topic (prepareTopics). `bytesMax` bounds the messages that wait or are under
 * way; calls beyond it are rejected at once. Brokers that are away do not make it throw: it connects in the background,
 * again and again, also while nothing is published, so that `obstacle` is up to date.
 */
export function createPublisher({
  config,
  limitOf,
  log,
  timeoutMs = 10_000,
  bytesMax = 64 * 1024 * 1024,
}: {
  config: KafkaClientConfig
  limitOf: (topic: string) => number | undefined
  log: Logger
  timeoutMs?: number
  bytesMax?: number
}): KafkaPublisher {
  // Half the time, so that a request to a broker that died silently is repeated to its successor while callers wait.
  const kafka = createKafkaClient({ config, log, retry: retryBriefly, requestTimeoutMs: Math.ceil(timeoutMs / 2) })
  const groupBytesMax = (topic: string): number => (limitOf(topic) ?? messageBytesDefault) - overheadBytes
  const queue = createPublishQueue({ bytesMax, groupBytesMax })
  const settlers = new WeakMap<Publication, (error?: AfterlogError) => void>()
  const failures = new Map<string, { why: string; until: number }>()
  let closing = false
  let underWay = new Set<Waiting>()
  let session: ProducerSession | undefined
  let disconnected: string | undefined = 'no Kafka broker has answered yet'
  let failing = false
  let pauseMs = 0
  let wake = (): void => undefined
  const running = run()

  return {
    publish(messages) {
      if (closing)
        return Promise.reject(new AfterlogError('stopping', 'this process is stopping; send it again', { retryAfterS }))
      if (messages.length === 0) return Promise.resolve()
      const publication: Publication = { waiting: new Set(), settled: false }
      if (!queue.add(publication, messages))
        return Promise.reject(unavailable(`${queue.bytes()} bytes wait for Kafka already; send it again later`))
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const timer = setTimeout(
        () => finish(unavailable(`Kafka has not acknowledged this within ${timeoutMs / 1000} s; send it again`)),
        timeoutMs,
      )
      const finish = (error?: AfterlogError): void => {
        if (publication.settled) return
        publication.settled = true
        clearTimeout(timer)
        for (const entry of publication.waiting) if (!underWay.has(entry)) queue.release(entry)
        if (error === undefined) resolve()
        else reject(error)
      }
      settlers.set(publication, finish)
      wake()
      return promise
    },

    messageBytesMax(topic) {
      const limit = limitOf(topic)
      return limit === undefined ? undefined : limit - overheadBytes
    },

    obstacle,

    async close() {
      closing = true
      wake()
      await running
    },
  }

  function obstacle(): string | undefined {
    if (disconnected !== undefined) return disconnected
    for (const { why, until } of failures.values()) if (Date.now() < until) return why
    return undefined
  }

  function unavailable(message: string): AfterlogError {
    const why = obstacle()
    return new AfterlogError('broker-unavailable', message, {
      retryAfterS,
      ...(why === undefined ? {} : { cause: new Error(why) }),
    })
  }

  async function run(): Promise<void> {
    while (!closing || queue.bytes() > 0) {
      const connected = (session ??= await connect())
      if (connected === undefined) {
        await pause()
        continue
      }
      const next = queue.take()
      if (next !== undefined) await send(connected, next.topic, next.group)
      else if (!closing) await new Promise<void>((resolve) => (wake = resolve))
    }
    await session?.end()
  }

  async function connect(): Promise<ProducerSession | undefined> {
    const made = createProducerSession({ kafka, timeoutMs })
    try {
      await made.connect()
      disconnected = undefined
      return made
    } catch (error) {
      void made.end()
      disconnected = `Kafka cannot be reached: ${describeKafkaError(error)}`
      failed(disconnected)
      return undefined
    }
  }

  async function send(through: ProducerSession, topic: string, group: readonly Waiting[]): Promise<void> {
    underWay = new Set(group)
    try {
      await through.send(
        topic,
        group.map((entry) => entry.message),
      )
      underWay.clear()
      for (const entry of group) acknowledge(entry)
      succeeded(topic)
    } catch (error) {
      underWay.clear()
      session = undefined
      void through.end()
      const refused = tooLarge.includes(protocolErrorOf(error) ?? '')
      if (refused && group.length === 1) settlers.get(group[0]!.publication)?.(oversize(topic, group[0]!))
      for (const entry of group) {
        entry.alone ||= refused
        if (entry.publication.settled) queue.release(entry)
      }
      queue.putBack(topic, group)
      if (refused) return
      const why = `publishing to ${topic} fails: ${describeKafkaError(error)}`
      if (protocolErrorOf(error) === undefined) disconnected = why
      else failures.set(topic, { why, until: Date.now() + failureHoldsMs })
      failed(why)
      await pause()
    }
  }

  function acknowledge(entry: Waiting): void {
    queue.release(entry)
    if (entry.publication.waiting.size === 0) settlers.get(entry.publication)?.()
  }

  function oversize(topic: string, { bytes }: Waiting): AfterlogError {
    const limit = limitOf(topic)
    const allowed = limit === undefined ? '' : ` of ${limit}`
    return new AfterlogError(
      'too-large',
      `a message of ${bytes} bytes is over max.message.bytes${allowed} of the topic ${topic}`,
    )
  }

  function failed(why: string): void {
    if (!failing) log.warn({ why }, 'publishing to Kafka fails')
    failing = true
  }

  function succeeded(topic: string): void {
    failures.delete(topic)
    pauseMs = 0
    if (failing && failures.size === 0) {
      log.info({ topic }, 'publishing to Kafka works again')
      failing = false
    }
  }

  function pause(): Promise<void> {
    pauseMs = Math.min(pauseMaxMs, 2 * pauseMs || 100)
    return sleep(closing ? Math.min(pauseMs, 100) : pauseMs)
  }
}
