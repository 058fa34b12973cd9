// What goes on in the background of the query service: obituaries are written as deaths become known, and expired lines are dropped once
// what outlives them is kept. Here because all of it is reading what pods said and how they ended.
import { setTimeout as sleep } from 'node:timers/promises'
import { Counter, Gauge, type Registry } from 'prom-client'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { LiveRetention } from '#shared/live-retention.ts'
import type { Logger } from '#shared/logger.ts'
import { createPodReader } from '#query/read/pods.ts'
import { createReading } from '#query/read/reading.ts'
import { createExpiry, type Expiry } from './expiry.ts'
import { createKeeper } from './keeper.ts'
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
  const registers = [registry]
  const written = new Counter({ name: 'afterlog_obituaries_written_total', help: 'Obituaries written', registers })
  const obituaries = createObituaries({ store, reading, reader, onWritten: (count) => written.inc(count) })
  const failed = new Counter({
    name: 'afterlog_obituaries_failed_total',
    help: 'Obituaries that could not be written',
    registers,
  })
  const keeper = createKeeper({
    store,
    reading,
    obituaries,
    onFailure: (tenant, uid, error) => {
      failed.inc()
      log.warn({ err: error, tenant, uid }, 'the obituary of a pod could not be written; trying again when more is told of it')
    },
  })
  const expiry = createExpiry({ store, reading, obituaries, log })
  const droppedRows = new Counter({ name: 'afterlog_expired_rows_total', help: 'Rows of dropped partitions', registers })
  const waiting = new Gauge({
    name: 'afterlog_expiry_blocked_partitions',
    help: 'Expired partitions that cannot be dropped, since what outlives their lines is not kept yet',
    registers,
  })

  const look = async (): Promise<void> => void (await keeper.look(signal))
  const expire = async (): Promise<void> => {
    const now = clock()
    for (const { rows } of await expiry.run(retention.versionAt(now), now, signal)) droppedRows.inc(rows)
    waiting.set(expiry.blocked.size)
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
