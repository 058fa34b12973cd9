// Waits for something to come, for some time at most.
import { setTimeout as wait } from 'node:timers/promises'

export interface Waking {
  /** Ends all waits that are under way. */
  wake(): void
  /** Resolves with the next `wake`, after `ms`, or once the signal aborts. */
  asleep(ms: number, signal: AbortSignal): Promise<void>
}

export function createWaking(): Waking {
  let woken = Promise.withResolvers<void>()
  return {
    wake() {
      woken.resolve()
      woken = Promise.withResolvers()
    },
    async asleep(ms, signal) {
      const timer = new AbortController()
      const timeout = wait(ms, undefined, { signal: AbortSignal.any([signal, timer.signal]) })
      await Promise.race([woken.promise, timeout]).catch(() => undefined)
      timer.abort()
      await timeout.catch(() => undefined)
    },
  }
}
