// How far records are. The projector advances the clock, and lists return it as `asOf`. In one process, a writer wakes
// the projector through it. A process without a projector follows the stored position.
import { setTimeout as sleep } from 'node:timers/promises'

export interface ProjectionClock {
  /** Wakes the projector, since something was stored. */
  wake(): void
  /** Resolves after a `wake`, after `ms`, or when the signal aborts: to whether it was a `wake`. */
  awake(ms: number, signal: AbortSignal): Promise<boolean>
  /** Sets the time up to which records have everything stored, in epoch ms of the store's clock. */
  advance(ms: number): void
  /** In epoch ms; undefined before the projector has begun. */
  readonly asOf: number | undefined
}

export function createProjectionClock(): ProjectionClock {
  let asOf: number | undefined
  let woken = false
  let alarm = new AbortController()
  return {
    wake() {
      woken = true
      alarm.abort()
    },
    async awake(ms, signal) {
      if (!woken) await sleep(ms, undefined, { signal: AbortSignal.any([alarm.signal, signal]) }).catch(() => undefined)
      const isWoken = woken
      woken = false
      alarm = new AbortController()
      return isWoken
    },
    advance(ms) {
      asOf = Math.max(asOf ?? 0, ms)
    },
    get asOf() {
      return asOf
    },
  }
}
