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
  return {
    deliver: async ({ tables, letters }, signal) => {
      await Promise.all([
        tables.length === 0 ? undefined : untilDone('what was consumed cannot be stored', () => accept(tables), signal),
        letters.length === 0 ? undefined : untilDone('dead letters cannot be published', () => publish(letters), signal),
      ])
    },
    obstacle,
  }
}
