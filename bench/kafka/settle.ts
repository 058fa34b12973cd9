// What a process still costs after its work is done: merges go on in the background until parts are few.
import { setTimeout as sleep } from 'node:timers/promises'

/** Less than this per second counts as doing nothing: polling, timers. */
const quietCpuSeconds = 0.15
const quietSeconds = 4

export interface Settled {
  /** Of the process when it fell quiet. */
  cpuSeconds: number
  /** False where it did not within `mostMs`. */
  quiet: boolean
}

/** Resolves once the process does next to nothing. `cpuSeconds` tells what it has used so far. */
export async function untilQuiet(cpuSeconds: () => number, mostMs: number): Promise<Settled> {
  const untilMs = performance.now() + mostMs
  let since = cpuSeconds()
  for (let last = since, quiet = 0; performance.now() < untilMs;) {
    await sleep(1000)
    const now = cpuSeconds()
    if (now - last >= quietCpuSeconds) {
      quiet = 0
      since = now
    } else quiet++
    last = now
    if (quiet >= quietSeconds) return { cpuSeconds: since, quiet: true }
  }
  return { cpuSeconds: cpuSeconds(), quiet: false }
}
