// What goes on in the background waits while somebody is being answered, and takes one thread of the engine: nobody waits for it.
// In front of one process's store; a server shared by several processes has priorities of its own.
import { setTimeout as sleep } from 'node:timers/promises'
import type { LogStore } from './store.ts'

export interface PriorityGate {
  /** The store for those who are waited for. */
  foreground: LogStore
  /** The store for those who are not: their reads begin when none of the others' is or was just under way, or after some ms. */
  background: LogStore
}

/** Records lag behind facts by some seconds at most, also while requests never pause. */
const delayMsMax = 50
const lookMs = 5
/** An answer takes several statements, one after the other. */
const pauseMs = 20

export function createPriorityGate(store: LogStore): PriorityGate {
  let underWay = 0
  let lastEnd = -Infinity
  const counted = async <T>(run: () => Promise<T>): Promise<T> => {
    underWay += 1
    try {
      return await run()
    } finally {
      underWay -= 1
      lastEnd = performance.now()
    }
  }
  const waitForIdle = async (): Promise<void> => {
    const isBusy = (): boolean => underWay > 0 || performance.now() - lastEnd < pauseMs
    for (const began = performance.now(); isBusy() && performance.now() - began < delayMsMax;) await sleep(lookMs)
  }
  const oneThread = { max_threads: 1 }
  return {
    foreground: {
      ...store,
      rows: (query) => counted(() => store.rows(query)),
      bytes: (query, format) => counted(() => store.bytes(query, format)),
    },
    background: {
      ...store,
      rows: async (query) => {
        await waitForIdle()
        return store.rows({ ...query, settings: { ...oneThread, ...query.settings } })
      },
      bytes: async (query, format) => {
        await waitForIdle()
        return store.bytes({ ...query, settings: { ...oneThread, ...query.settings } }, format)
      },
    },
  }
}
