// Stores what was consumed, however long that takes: tries again until every table and the topic of dead letters have it, or until the
// partition is somebody else's. Nothing is dropped and nothing is given up; memory is bounded by who fetches.
import type { KafkaMessage } from '#shared/kafka/publisher-port.ts'
import type { Logger } from '#shared/logger.ts'
import { createUntilDone } from '../delivery/until-done.ts'
import type { TableRows } from '../store/table-rows.ts'

export interface Delivery {
  tables: readonly TableRows[]
  /** For the topic of dead letters. */
  letters: readonly KafkaMessage[]
}

/** Resolves when all of it is durable; rejects only where the signal aborts. */
export type Deliver = (delivery: Delivery, signal: AbortSignal) => Promise<void>

export interface DeliverOptions {
  accept(tables: readonly TableRows[]): Promise<void>
  publish(messages: readonly KafkaMessage[]): Promise<void>
  log: Logger
}

export function createDeliver({ accept, publish, log }: DeliverOptions): { deliver: Deliver; obstacle(): string | undefined } {
  const { untilDone, obstacle } = createUntilDone({ log })

  /** Some at a time: what the topic has is not sent again for the rest, and no call is larger than a publisher takes. */
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
        tables.length === 0 ? undefined : untilDone('what was consumed cannot be stored', () => accept(tables), signal),
        publishAll(letters, signal),
      ])
    },
    obstacle,
  }
}

/** Letters of one call. */
const sliceBytes = 1024 * 1024
