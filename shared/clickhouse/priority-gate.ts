// Delays background reads while a request is being answered, and gives them one thread of the engine, which yields to
// others. For the store of one process; a server that several processes share has priorities of its own.
import { setTimeout as sleep } from 'node:timers/promises'
import type { LogStore } from './store.ts'

export interface PriorityGate {
  /** The store for requests. */
  foreground: LogStore
  /**
   * The store for background work. A read begins when no foreground read runs or has just ended, or after delayMsMax.
   */
  background: LogStore
}

/** Bounds the delay, since records may lag behind facts by some seconds at most, also while requests never pause. */
const delayMsMax = 50
const pollMs = 5
/** The gap between statements of one request, which takes several in a row. */
const pauseMs = 20

/** Has an effect where the process may set priorities (CAP_SYS_NICE), like the engine's setting for merges. */
const niceThreads = { os_threads_nice_value_query: 10 }

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
    for (const began = performance.now(); isBusy() && performance.now() - began < delayMsMax;) await sleep(pollMs)
  }
  const oneThread = { max_threads: 1, ...(store.mode === 'embedded' ? niceThreads : {}) }
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
        return store.rows({ lane: 'background', ...query, settings: { ...oneThread, ...query.settings } })
      },
      bytes: async (query, format) => {
        await waitForIdle()
        return store.bytes({ lane: 'background', ...query, settings: { ...oneThread, ...query.settings } }, format)
      },
    },
  }
}
