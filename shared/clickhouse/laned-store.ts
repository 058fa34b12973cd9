// A LogStore whose statements of requests take places (statement-lanes.ts). None tells beforehand whether it is a broad
// one, so each has little time, and in this process little memory, at first. One that takes longer goes on as a large
// one where there is a place for it; else it is stopped, and begins anew once there is one, as does one that needs more
// memory. Results are those of the store.
import { availableParallelism } from 'node:os'
import { AfterlogError } from '../errors.ts'
import type { Client } from './fair-queue.ts'
import type { EnterOptions, StatementLanes } from './statement-lanes.ts'
import type { LogStore, Query, QueryLimits } from './store.ts'

/** ms of a statement of a request before it counts as a large one. */
const smallMsMax = 1000
/** Bytes of the same, of the engine in this process: a server has memory of its own. */
const smallBytesMax = 256 * 1024 * 1024

export function laneStore(store: LogStore, lanes: StatementLanes): LogStore {
  const isEmbedded = store.mode === 'embedded'
  // Large statements of the engine in this process leave a core to small ones and to inserts, where there are two.
  const threads = isEmbedded ? { max_threads: Math.max(1, Math.floor(availableParallelism() / 2)) } : {}

  let ownStatements = 0
  /** A statement on behalf of no request is a client of its own: together they have the turns of one tenant. */
  const ourselves = (): Client => ({ tenant: '', name: String(ownStatements++) })

  async function inLanes<T>(query: Query, run: (query: Query) => Promise<T>): Promise<T> {
    if (query.lane !== undefined) return run(query)
    const { signal } = query
    const enter: EnterOptions = {
      client: query.client ?? ourselves(),
      isUnderWay: query.client === undefined || query.isUnderWay === true,
      signal,
    }
    const limits = isEmbedded ? withSmallMemory(query.limits) : query.limits
    const stop = new AbortController()
    const place = await lanes.enter('read', enter)
    const timer = setTimeout(() => {
      if (!place.becomeLarge()) stop.abort()
    }, smallMsMax)
    try {
      const signals = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal])
      return await run({ ...query, ...(limits === undefined ? {} : { limits }), signal: signals })
    } catch (error) {
      const isShort = limits !== query.limits && isShortOfMemory(error)
      if (signal?.aborted === true || !(stop.signal.aborted || isShort)) throw error
    } finally {
      clearTimeout(timer)
      place.leave()
    }
    const large = await lanes.enter('large', { ...enter, isUnderWay: true })
    try {
      return await run({ ...query, settings: { ...threads, ...query.settings } })
    } finally {
      large.leave()
    }
  }

  return {
    ...store,
    rows: (query) => inLanes(query, (same) => store.rows(same)),
    bytes: (query, format) => inLanes(query, (same) => store.bytes(same, format)),
  }
}

function withSmallMemory(limits: QueryLimits | undefined): QueryLimits | undefined {
  return (limits?.memoryBytes ?? 0) > smallBytesMax ? { ...limits, memoryBytes: smallBytesMax } : limits
}

/** Whether the statement itself needed more memory than it had. */
const isShortOfMemory = (error: unknown): boolean =>
  error instanceof AfterlogError && /\bCode: 241\b/.test(String((error.cause as Error | undefined)?.message))
