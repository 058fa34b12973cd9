// How far records are. The projector advances the clock, and lists return it as `asOf`. In one process, a writer wakes
// the projector through it. A process without a projector follows the stored position.
import { setTimeout as sleep } from 'node:timers/promises'

export interface ProjectionClock {
  /** Runs what stores something, and wakes the projector when it ends. */
  storing<T>(store: () => Promise<T>): Promise<T>
  /**
   * Resolves when something was stored, after `ms`, or when the signal aborts: to whether something was stored since the
   * last time, or is being stored.
   */
  awake(ms: number, signal: AbortSignal): Promise<boolean>
  /** Sets the time up to which records have everything stored, in epoch ms of the store's clock. */
  advance(ms: number): void
  /** In epoch ms; undefined before the projector has begun. */
  readonly asOf: number | undefined
}

export function createProjectionClock(): ProjectionClock {
  let asOf: number | undefined
  let woken = false
  let underWay = 0
  let alarm = new AbortController()
  return {
    async storing(store) {
      underWay += 1
      try {
        return await store()
      } finally {
        underWay -= 1
        woken = true
        alarm.abort()
      }
    },
    async awake(ms, signal) {
      if (!woken) await sleep(ms, undefined, { signal: AbortSignal.any([alarm.signal, signal]) }).catch(() => undefined)
      const isNews = woken || underWay > 0
      woken = false
      alarm = new AbortController()
      return isNews
    },
    advance(ms) {
      asOf = Math.max(asOf ?? 0, ms)
    },
    get asOf() {
      return asOf
    },
  }
}
