// Tries again until it is done, however long that takes, or until nobody wants it any more. Nothing is given up.
import { setTimeout as sleep } from 'node:timers/promises'
import { AfterlogError } from '#shared/errors.ts'
import type { Logger } from '#shared/logger.ts'

export interface UntilDone {
  /** Rejects only where the signal aborts. `what` tells what cannot be done, such as `what was consumed cannot be stored`. */
  untilDone(what: string, act: () => Promise<void>, signal: AbortSignal): Promise<void>
  /** What keeps failing, and why. */
  obstacle(): string | undefined
}

/** ms of the first wait, and the longest. A store with too many parts is let alone for longer: every insert makes one more. */
const waits = { usual: [250, 5000], busy: [1000, 30_000] } as const

export function createUntilDone({ log }: { log: Logger }): UntilDone {
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

  return { untilDone, obstacle: () => [...failing.values()][0] }
}

function waitFor(error: unknown, attempt: number): number {
  const [first, longest] = error instanceof AfterlogError && error.code === 'store-busy' ? waits.busy : waits.usual
  return spread(first, longest, attempt)
}

/** ms before the next try: doubled each time, and spread, so that several processes do not come back at once. */
export function spread(firstMs: number, longestMs: number, attempt: number): number {
  return Math.min(firstMs * 2 ** Math.min(attempt, 10), longestMs) * (0.75 + Math.random() / 2)
}
