// The topics of a process, prepared in the background: a broker that is away, or a topic that is refused, is asked again until it is right.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import type { Logger } from '#shared/logger.ts'
import { describeKafkaError } from './protocol-error.ts'
import { prepareTopics, type TopicState } from './topics.ts'

export interface PreparedTopicsOptions {
  kafka: Kafka
  /** All of them, those that are only published to too. */
  topics: readonly string[]
  /** Of topics that are created. */
  partitions: number
  replication: number | undefined
  retentionDays: number
  log: Logger
}

export interface PreparedTopics {
  /** max.message.bytes of a topic; undefined while no broker has said it, and while the topic is refused: nothing may be published there. */
  limitOf(topic: string): number | undefined
  /** Sentences about topics that are not used, and why. */
  refused(): string[]
  /** Those of `wanted` that may be used; resolves once there is one. */
  usable(wanted: readonly string[]): Promise<readonly string[]>
  close(): void
}

const retryMs = 2000
/** ms after which settings that were right are looked at again: somebody may change them. */
const againMs = 60_000

export function createPreparedTopics({ kafka, topics, log, ...settings }: PreparedTopicsOptions): PreparedTopics {
  let states: ReadonlyMap<string, TopicState> = new Map()
  const closing = new AbortController()

  const refusals = (): string[] => [...states.values()].flatMap(({ refused }) => (refused === undefined ? [] : [refused]))

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
    let told = ''
    while (!closing.signal.aborted) {
      let waitMs = retryMs
      try {
        await prepare()
        const refused = refusals()
        if (refused.join() !== told && refused.length > 0)
          log.error({ refused }, 'topics that cannot be used; checking them again')
        told = refused.join()
        if (refused.length === 0) waitMs = againMs
      } catch (error) {
        const why = describeKafkaError(error)
        if (why !== told) log.warn({ why }, 'Kafka does not answer about its topics; asking again')
        told = why
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
