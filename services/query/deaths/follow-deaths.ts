// The one poll of a process for all tails of deaths: it reads the places of deaths that became known, once for all
// tails of a tenant, and only where something was stored. Each tail then reads those of its filter; tails of one filter
// share that statement too.
import { setTimeout as wait } from 'node:timers/promises'
import type { Polling } from '#query/http/watch-polling.ts'
import { createWaking } from '#query/http/watch-waking.ts'
import { inBackground } from '#shared/clickhouse/background-lane.ts'
import type { LogStore, QueryLimits } from '#shared/clickhouse/store.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { readStoreMicros } from '#shared/store-reading/store-clock.ts'
import { visibleWithinMicros } from './sent-deaths.ts'
import { placesSince, type NotedPlace } from './tail-statements.ts'

export interface DeathPart {
  /** In order of their places. */
  places: NotedPlace[]
  /** Places that were dropped before these, since the client did not take them: how many, the first and the last. */
  dropped: { count: number; first: NotedPlace; last: NotedPlace } | undefined
}

export interface DeathReader extends Disposable {
  /** Resolves to the places that are visible already and settle only later; all others come from `next`. */
  ready(): Promise<{ visible: readonly NotedPlace[]; beganMicros: bigint }>
  /** What has come, or comes within `ms`; else undefined. Rejects where the store is away. */
  next(ms: number, signal: AbortSignal): Promise<DeathPart | undefined>
}

export interface DeathFeed {
  open(tenant: string): DeathReader
}

export interface DeathFeedOptions {
  store: LogStore
  /** Of each statement. */
  limits: QueryLimits
  polling: Pick<Polling, 'state'>
  intervalMs?: number
}

/** Places that wait for one client: the oldest make room. */
const waitingMax = 1000
/** Places that are read at once. */
const placesMax = 50_000
/** Rounds that fail one after the other before the tails fail. */
const failuresMax = 3

interface Reader {
  push(places: readonly NotedPlace[]): void
  fail(error: unknown): void
}

export function createDeathFeed({ store, limits, polling, intervalMs = 500 }: DeathFeedOptions): DeathFeed {
  const tenants = new Map<string, TenantFeed>()
  return {
    open(tenant) {
      const feed = tenants.get(tenant) ?? followTenant(tenant)
      tenants.set(tenant, feed)
      return openReader(feed, () => {
        if (feed.readers.size === 0 && tenants.get(tenant) === feed) tenants.delete(tenant)
      })
    },
  }

  function followTenant(tenant: string): TenantFeed {
    const reading = createReading({ store: inBackground(store), limits })
    const readers = new Set<Reader>()
    const known = new Map<number, NotedPlace>()
    let beganMicros = 0n
    /** The new places; they are known from then on. */
    const round = async (): Promise<NotedPlace[]> => {
      const since = BigInt(await readStoreMicros(reading)) - visibleWithinMicros
      const places = await reading.rows<NotedPlace>(placesSince(tenant, since - visibleWithinMicros, placesMax))
      const fresh = places.filter(({ id }) => !known.has(id)).toReversed()
      for (const place of fresh) known.set(place.id, place)
      for (const [id, { noted }] of known) if (BigInt(noted) < since - visibleWithinMicros) known.delete(id)
      return fresh
    }
    const begin = async (): Promise<void> => {
      beganMicros = BigInt(await readStoreMicros(reading))
      await round()
    }
    const begun = begin()
    const run = async (): Promise<void> => {
      await begun
      let [failures, before] = [0, '']
      while (readers.size > 0) {
        await wait(intervalMs, undefined, { ref: false })
        try {
          const state = await polling.state('all')
          if (state === before) continue
          const fresh = await round()
          before = state
          failures = 0
          if (fresh.length > 0) for (const reader of readers) reader.push(fresh)
        } catch (error) {
          if (++failures >= failuresMax) throw error
        }
      }
    }
    const feed: TenantFeed = {
      readers,
      start: () => {
        running ??= run().catch((error: unknown) => {
          tenants.delete(tenant)
          for (const reader of readers) reader.fail(error)
        })
      },
      begun: async () => {
        await begun
        return { visible: [...known.values()], beganMicros }
      },
    }
    let running: Promise<void> | undefined
    begun.catch(() => void tenants.delete(tenant))
    return feed
  }
}

interface TenantFeed {
  readers: Set<Reader>
  start(): void
  begun(): ReturnType<DeathReader['ready']>
}

function openReader({ readers, start, begun }: TenantFeed, onEnd: () => void): DeathReader {
  let [waiting, dropped]: [NotedPlace[], DeathPart['dropped']] = [[], undefined]
  let failure: { error: unknown } | undefined
  const waking = createWaking()
  const reader: Reader = {
    push(places) {
      waiting.push(...places)
      const cut = waiting.splice(0, Math.max(0, waiting.length - waitingMax))
      if (cut.length > 0)
        dropped = {
          count: (dropped?.count ?? 0) + cut.length,
          first: dropped?.first ?? cut[0]!,
          last: cut.at(-1)!,
        }
      waking.wake()
    },
    fail(error) {
      failure = { error }
      waking.wake()
    },
  }
  readers.add(reader)
  start()
  return {
    ready: begun,
    async next(ms, signal) {
      if (failure === undefined && waiting.length === 0 && !signal.aborted) await waking.asleep(ms, signal)
      if (failure !== undefined) throw failure.error as Error
      if (waiting.length === 0) return undefined
      const part = { places: waiting, dropped }
      waiting = []
      dropped = undefined
      return part
    },
    [Symbol.dispose]() {
      readers.delete(reader)
      onEnd()
    },
  }
}
