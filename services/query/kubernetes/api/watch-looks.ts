// The polling of all watches: the store cannot push. A poll reads only where something was stored since the last one.
import { setTimeout as wait } from 'node:timers/promises'
import { createDue, type Polling } from '#query/http/watch-polling.ts'
import type { Item } from './api-object.ts'
import type { Reading } from '#shared/store-reading/reading.ts'

export interface WatchRun {
  reading: Reading
  tenant: string
  /** Epoch ms: the client has what was stored then. Undefined: the watch begins with all objects. */
  since: number | undefined
  pollIntervalMs: number
  polling: Polling
  clock: () => number
  signal: AbortSignal
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  item: Item
}

export interface WatchStep {
  /** Epoch ms: the watch has sent everything up to this time. */
  at: number
  items: WatchEvent[]
  /** Whether the watch has sent all objects that were stored when it began. */
  complete: boolean
}

/** A watch spends at most a tenth of its time in statements. */
const pauseFactor = 10
/** Seconds by which the clocks of the store and of this machine may differ. */
const clockSkewS = 2

/** The result of `read`, for each poll until the signal aborts. */
export async function* polls<T>(
  read: () => Promise<T>,
  { pollIntervalMs, polling, clock, signal }: WatchRun,
): AsyncGenerator<{ at: number; result: T }> {
  const isDue = createDue(polling, 'all')
  let last: { result: T } | undefined
  for (let tookMs = 0; !signal.aborted;) {
    await wait(Math.max(polling.pauseMs(tookMs, pollIntervalMs), tookMs * pauseFactor), undefined, { signal }).catch(
      () => undefined,
    )
    if (signal.aborted) return
    const at = clock()
    const began = performance.now()
    if ((await isDue()) || last === undefined) last = { result: await read() }
    yield { at, result: last.result }
    tookMs = performance.now() - began
  }
}

/** The epoch second from which on parts of tables may have what the client does not have. */
export const writtenSinceS = (sinceMs: number): number => Math.floor(sinceMs / 1000) - clockSkewS
