// Stores what was consumed. It retries until every table and the dead letter topic have it, or until the partition is
// revoked. Nothing is dropped. The source that fetches bounds the memory.
import type { KafkaMessage } from '#shared/kafka/publisher-port.ts'
import type { Logger } from '#shared/logger.ts'
import { createUntilDone } from '../delivery/until-done.ts'
import type { TableRows } from '../store/table-rows.ts'

export interface Delivery {
  tables: readonly TableRows[]
  /** Messages for the topic of dead letters. */
  letters: readonly KafkaMessage[]
}

/** Resolves when all of it is durable. Rejects only when the signal aborts. */
export type Deliver = (delivery: Delivery, signal: AbortSignal) => Promise<void>

export interface DeliverOptions {
  accept(tables: readonly TableRows[]): Promise<void>
  publish(messages: readonly KafkaMessage[]): Promise<void>
  log: Logger
}

export function createDeliver({ accept, publish, log }: DeliverOptions): {
  deliver: Deliver
  obstacle(): string | undefined
} {
  const { untilDone, obstacle } = createUntilDone({ log })

  /** Publishes in slices: a failure repeats one slice only, and no call is larger than the publisher accepts. */
  async function publishAll(letters: readonly KafkaMessage[], signal: AbortSignal): Promise<void> {
    for (let first = 0, next: number; first < letters.length; first = next) {
      next = first
      for (let bytes = 0; next < letters.length && (next === first || bytes < sliceBytes); next++)
        bytes += letters[next]!.value.length
      const slice = letters.slice(first, next)
      await untilDone('dead letters cannot be published', () => publish(slice), signal)
    }
  }

  return {
    deliver: async ({ tables, letters }, signal) => {
      await Promise.all([
        tables.length === 0 ? undefined : untilDone('consumed messages cannot be stored', () => accept(tables), signal),
        publishAll(letters, signal),
      ])
    },
    obstacle,
  }
}

/** The bytes of dead letters that one call publishes. */
const sliceBytes = 1024 * 1024
