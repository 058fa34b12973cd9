// Delivery for agents that a refusal stops or that take none: what was read is tried again until it is stored.
import { setTimeout as sleep } from 'node:timers/promises'
import { AfterlogError } from '#shared/errors.ts'

const [pauseMsMin, pauseMsMax] = [100, 2000]

/**
 * Calls `deliver` again after each retryable failure, for as long as `goesOn` says. Rejects as the last call, or with
 * what cannot be tried again.
 */
export async function patiently<T>(deliver: () => Promise<T>, goesOn: () => boolean): Promise<T> {
  for (let pauseMs = pauseMsMin; ; pauseMs = Math.min(2 * pauseMs, pauseMsMax)) {
    try {
      return await deliver()
    } catch (error) {
      if (!(error instanceof AfterlogError && error.retryable && goesOn())) throw error
      await sleep(pauseMs)
    }
  }
}
