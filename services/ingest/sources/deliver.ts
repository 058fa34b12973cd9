// Stores what was consumed, however long that takes: tries again until every table and the topic of dead letters have it, or until the
// partition is somebody else's. Nothing is dropped and nothing is given up; memory is bounded by who fetches.
import { setTimeout as sleep } from 'node:timers/promises'
import { AfterlogError } from '#shared/errors.ts'
import type { KafkaMessage } from '#shared/kafka/publisher-port.ts'
import type { Logger } from '#shared/logger.ts'
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

/** ms of the first wait, and the longest. A store with too many parts is let alone for longer: every insert makes one more. */
const waits = { usual: [250, 5000], busy: [1000, 30_000] } as const

export function createDeliver({ accept, publish, log }: DeliverOptions): { deliver: Deliver; obstacle(): string | undefined } {
  /** What keeps failing, by what is done. */
  const failing = new Map<string, string>()

  async function untilDone(what: string, act: () => Promise<void>, signal: AbortSignal): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted()
      try {
        await act()
        failing.delete(what)
        return
      } catch (error) {
        const { message } = error as Error
        failing.set(what, `${what}: ${message}`)
        const waitMs = waitFor(error, attempt)
        const told = error instanceof AfterlogError && error.retryable
        log[told ? 'warn' : 'error']({ err: error, attempt, waitMs }, `${what}; trying again`)
        await sleep(waitMs, undefined, { signal }).finally(() => {
          // Somebody else's, who says so himself.
          if (signal.aborted) failing.delete(what)
        })
      }
    }
  }

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
    obstacle: () => [...failing.values()][0],
  }
}

/** Letters of one call. */
const sliceBytes = 1024 * 1024

function waitFor(error: unknown, attempt: number): number {
  const [first, longest] = error instanceof AfterlogError && error.code === 'store-busy' ? waits.busy : waits.usual
  // Spread, so that several processes do not come back at once.
  return Math.min(first * 2 ** Math.min(attempt, 10), longest) * (0.75 + Math.random() / 2)
}
