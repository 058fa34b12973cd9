// What goes on in the background of the query service: obituaries are written as deaths become known, and expired lines are dropped once
// what outlives them is kept. Here because all of it is reading what pods said and how they ended.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Registry } from 'prom-client'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { LiveRetention } from '#shared/live-retention.ts'
import type { Logger } from '#shared/logger.ts'
import { createPodReader } from '#query/read/pods.ts'
import { createReading } from '#query/read/reading.ts'
import { createExpiry, type Expiry } from './expiry.ts'
import { createKeeper } from './keeper.ts'
import { createKeepMetrics } from './metrics.ts'
import { createObituaries } from './obituaries.ts'

export interface Keep {
  expiry: Pick<Expiry, 'blocked'>
  /** Ends what is under way; what was not done is done by whoever comes next. */
  close(): Promise<void>
}

export interface KeepOptions {
  store: LogStore
  retention: LiveRetention
  /** Bytes that a statement may take. */
  memoryBytes: number
  log: Logger
  registry: Registry
  /** ms since 1970. */
  clock: () => number
}

const passMs = 5000

export function createKeep({ store, retention, memoryBytes, log, registry, clock }: KeepOptions): Keep {
  const stopping = new AbortController()
  const { signal } = stopping
  const reading = createReading({ store, limits: { memoryBytes }, signal })
  const reader = createPodReader({ reading })
  const metrics = createKeepMetrics(registry)
  const obituaries = createObituaries({ store, reading, reader, onWritten: (count) => metrics.written.inc(count) })
  const keeper = createKeeper({
    store,
    reading,
    obituaries,
    onFailure: (tenant, uid, error) => {
      metrics.failed.inc()
      log.warn({ err: error, tenant, uid }, 'the obituary of a pod could not be written; trying again when more is told of it')
    },
  })
  const expiry = createExpiry({ store, reading, obituaries, log })

  const look = async (): Promise<void> => void (await keeper.look(signal))
  const expire = async (): Promise<void> => {
    const now = clock()
    for (const { rows } of await expiry.run(retention.versionAt(now), now, signal)) metrics.droppedRows.inc(rows)
    metrics.blockedPartitions.set(expiry.blocked.size)
  }
  const attempt = (run: () => Promise<void>, what: string): Promise<void> =>
    run().catch((error: unknown) => {
      if (!signal.aborted) log.warn({ err: error }, `${what}; trying again`)
    })

  // One after the other: both write obituaries, and neither is in a hurry.
  async function goOn(): Promise<void> {
    while (!signal.aborted) {
      if (retention.obstacle() === undefined) {
        await attempt(look, 'deaths could not be looked at')
        await attempt(expire, 'expired lines could not be looked for')
      }
      await sleep(passMs, undefined, { signal }).catch(() => undefined)
    }
  }
  const running = goOn()
  return {
    expiry,
    close: async () => {
      stopping.abort()
      await running
    },
  }
}
