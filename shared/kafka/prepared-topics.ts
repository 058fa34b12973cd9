// Prepares the topics of a process in the background, and retries while a broker is away or a topic is refused.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import type { Logger } from '#shared/logger.ts'
import { describeKafkaError } from './protocol-error.ts'
import { prepareTopics, type TopicState } from './topics.ts'

export interface PreparedTopicsOptions {
  kafka: Kafka
  /** All topics, also those to which the process only publishes. */
  topics: readonly string[]
  /** Partitions of topics that are created. */
  partitions: number
  replication: number | undefined
  retentionDays: number
  log: Logger
}

export interface PreparedTopics {
  /**
   * Returns max.message.bytes of a topic. Undefined while no broker has answered, or while the topic is refused: then
   * nothing may be published to it.
   */
  limitOf(topic: string): number | undefined
  /** Returns sentences that say which topics are not used, and why. */
  refused(): string[]
  /** Resolves with the usable topics of `wanted`, once there is one. */
  usable(wanted: readonly string[]): Promise<readonly string[]>
  close(): void
}

const retryMs = 2000
/** ms after which settings that were right are checked again, since they may change. */
const againMs = 60_000

export function createPreparedTopics({ kafka, topics, log, ...settings }: PreparedTopicsOptions): PreparedTopics {
  let states: ReadonlyMap<string, TopicState> = new Map()
  const closing = new AbortController()

  const refusals = (): string[] =>
    [...states.values()].flatMap(({ refused }) => (refused === undefined ? [] : [refused]))

  async function prepare(): Promise<void> {
    const admin = kafka.admin({ retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 500 } })
    try {
      await admin.connect()
      states = await prepareTopics({ admin, topics, log, ...settings })
    } finally {
      await admin.disconnect().catch(() => undefined)
    }
  }

  const prepared = (async () => {
    let lastLogged = ''
    while (!closing.signal.aborted) {
      let waitMs = retryMs
      try {
        await prepare()
        const refused = refusals()
        if (refused.join() !== lastLogged && refused.length > 0)
          log.error({ refused }, 'topics cannot be used; checking them again')
        lastLogged = refused.join()
        if (refused.length === 0) waitMs = againMs
      } catch (error) {
        const why = describeKafkaError(error)
        if (why !== lastLogged) log.warn({ why }, 'Kafka does not answer about its topics; trying again')
        lastLogged = why
        lastLogged = why
      }
      await sleep(waitMs, undefined, { signal: closing.signal }).catch(() => undefined)
    }
  })()
  prepared.catch(() => undefined)

  return {
    limitOf: (topic) => {
      const state = states.get(topic)
      return state?.refused === undefined ? state?.messageBytesMax : undefined
    },
    refused: refusals,
    usable: async (wanted) => {
      for (;;) {
        closing.signal.throwIfAborted()
        const usable = wanted.filter((topic) => states.has(topic) && states.get(topic)!.refused === undefined)
        if (usable.length > 0) return usable
        await sleep(100, undefined, { signal: closing.signal })
      }
    },
    close: () => closing.abort(),
  }
}
