// What all watches have in common: they poll, since the store cannot push. A look that takes long is followed by a longer pause, so that a
// watch takes a tenth of its time at most.
import { setTimeout as wait } from 'node:timers/promises'
import type { Item } from './api-object.ts'
import type { Reading } from '#shared/store-reading/reading.ts'

export interface WatchRun {
  reading: Reading
  tenant: string
  /** Epoch ms: what was there then is known to the client. Undefined: the watch begins with all that there is. */
  since: number | undefined
  pollIntervalMs: number
  clock: () => number
  signal: AbortSignal
}

export interface Watched {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  item: Item
}

export interface WatchLook {
  /** Epoch ms: everything until then has been told. */
  at: number
  items: Watched[]
  /** Whether what was there at the beginning has now all been told. */
  complete: boolean
}

const shareOfTime = 10
/** Of the store's machine and ours. */
const clockSkewS = 2

/** What a look finds, for each poll until the signal aborts. */
export async function* looks<T>(
  look: () => Promise<T>,
  { pollIntervalMs, clock, signal }: WatchRun,
): AsyncGenerator<{ at: number; found: T }> {
  for (let tookMs = 0; !signal.aborted;) {
    await wait(Math.max(pollIntervalMs, tookMs * shareOfTime), undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    const at = clock()
    const began = performance.now()
    const found = await look()
    tookMs = performance.now() - began
    yield { at, found }
  }
}

/** From which second on parts of tables are written that may have what the client does not know. */
export const writtenSinceS = (sinceMs: number): number => Math.floor(sinceMs / 1000) - clockSkewS
