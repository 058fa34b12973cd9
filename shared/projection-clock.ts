// How far records are: the projector advances it, lists show it as `asOf`, and whoever stores something wakes the projector with it where both are in
// one process. In a process without a projector it follows the position that is stored.
import { setTimeout as sleep } from 'node:timers/promises'

export interface ProjectionClock {
  /** Something was stored. */
  wake(): void
  /** Resolves once somebody wakes, after `ms`, or when the signal aborts. */
  awake(ms: number, signal: AbortSignal): Promise<void>
  /** Records have everything that was stored until then, epoch ms of the store's clock. */
  advance(ms: number): void
  /** Epoch ms; undefined before the projector has begun. */
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
      woken = false
      alarm = new AbortController()
    },
    advance(ms) {
      asOf = Math.max(asOf ?? 0, ms)
    },
    get asOf() {
      return asOf
    },
  }
}
