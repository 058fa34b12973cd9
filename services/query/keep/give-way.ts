// What goes on in the background waits while somebody is being answered, and takes one thread of the engine: nobody waits for it.
import { setTimeout as sleep } from 'node:timers/promises'
import type { LogStore } from '#shared/clickhouse/store.ts'

export interface GiveWay {
  /** The store for those who are waited for. */
  first: LogStore
  /** The store for those who are not: their reads begin when none of the others' is or was just under way, or after a second. */
  behind: LogStore
}

/** A slow reader of a stream is not waited for: it is mostly he who waits. */
const patienceMs = 1000
const lookMs = 5
/** An answer takes several statements, one after the other. */
const pauseMs = 20

export function createGiveWay(store: LogStore): GiveWay {
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
  const turn = async (): Promise<void> => {
    const isBusy = (): boolean => underWay > 0 || performance.now() - lastEnd < pauseMs
    for (const began = performance.now(); isBusy() && performance.now() - began < patienceMs;) await sleep(lookMs)
  }
  const oneThread = { max_threads: 1 }
  return {
    first: {
      ...store,
      rows: (query) => counted(() => store.rows(query)),
      bytes: (query, format) => counted(() => store.bytes(query, format)),
    },
    behind: {
      ...store,
      rows: async (query) => {
        await turn()
        return store.rows({ ...query, settings: { ...oneThread, ...query.settings } })
      },
      bytes: async (query, format) => {
        await turn()
        return store.bytes({ ...query, settings: { ...oneThread, ...query.settings } }, format)
      },
    },
  }
}
