// Repeats an action until it succeeds or its signal aborts. It never gives up by itself.
import { setTimeout as sleep } from 'node:timers/promises'
import { AfterlogError } from '#shared/errors.ts'
import type { Logger } from '#shared/logger.ts'

export interface UntilDone {
  /**
   * Rejects only when the signal aborts. `what` is the sentence to log, such as `consumed messages cannot be stored`.
   */
  untilDone(what: string, act: () => Promise<void>, signal: AbortSignal): Promise<void>
  /** What keeps failing and why, as one sentence. */
  obstacle(): string | undefined
}

/**
 * ms of the first wait and of the longest one. A busy store gets longer waits: it has too many parts, and each insert
 * adds one.
 */
const waits = { usual: [250, 5000], busy: [1000, 30_000] } as const

export function createUntilDone({ log }: { log: Logger }): UntilDone {
  /** Sentences about what keeps failing, by `what`. */
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
        const isExpected = error instanceof AfterlogError && error.retryable
        log[isExpected ? 'warn' : 'error']({ err: error, attempt, waitMs }, `${what}; trying again`)
        await sleep(waitMs, undefined, { signal }).finally(() => {
          // The caller aborted and no longer waits for this action.
          if (signal.aborted) failing.delete(what)
        })
      }
    }
  }

  return { untilDone, obstacle: () => [...failing.values()][0] }
}

function waitFor(error: unknown, attempt: number): number {
  const [first, longest] = error instanceof AfterlogError && error.code === 'store-busy' ? waits.busy : waits.usual
  return spread(first, longest, attempt)
}

/**
 * ms before the next try: doubles with each attempt, and is spread at random so that processes do not retry together.
 */
export function spread(firstMs: number, longestMs: number, attempt: number): number {
  return Math.min(firstMs * 2 ** Math.min(attempt, 10), longestMs) * (0.75 + Math.random() / 2)
}
