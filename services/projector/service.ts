// Puts the projector together: it writes records as facts are stored, drops expired days, and deletes facts of pods
// that were over long ago.
import { setTimeout as sleep } from 'node:timers/promises'
import { observeStore } from '#shared/clickhouse/observed-store.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import type { CreateService, ServiceDeps } from '#shared/start-service.ts'
import { createProjectorMetrics } from './metrics.ts'
import { createRecordProjector } from './projector.ts'
import { createCutInserts } from './resend-cut-inserts.ts'
import { createExpiryJobs } from './retention/expiry-jobs.ts'

const expireEveryMs = 5000
const minuteMs = 60_000

export const createProjector: CreateService = ({
  config,
  background: store,
  statements,
  retention,
  projection,
  lostParts,
  whileDropping,
  blockedDays,
  log,
  registry,
  clock,
}) => {
  const background = observeStore(store, statements('projector'))
  const stopping = new AbortController()
  const { signal } = stopping
  const reading = createReading({
    store: background,
    limits: { memoryBytes: config.AFTERLOG_QUERY_MEMORY_BYTES },
    signal,
  })
  const metrics = createProjectorMetrics(registry)
  const jobs = { store: background, reading, metrics, retention, blockedDays, whileDropping, log, clock, signal }
  const expiry = createExpiryJobs(jobs)
  const cutInserts = createCutInserts({ store: background, reading, log })
  const resent = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resent.resolve())

  const whileRunning = createLoop({ signal, retention, log })
  const running = Promise.all([
    whileRunning(
      async () =>
        (await createRecordProjector({ store: background, reading, log, metrics, clock: projection, lostParts })).run(
          signal,
        ),
      100,
      'the projector could not start',
    ),
    whileRunning(
      () => cutInserts.resend().finally(resent.resolve),
      minuteMs,
      'the last inserts before the start of the store could not be checked',
    ),
    // After those inserts: a day with new lines is prepared again.
    resent.promise.then(() => whileRunning(expiry.expireLines, expireEveryMs, 'expired lines could not be dropped')),
    whileRunning(expiry.expireFacts, minuteMs, 'expired facts could not be deleted'),
  ])
  return {
    routes: [],
    troubles: expiry.troubles,
    close: async () => {
      stopping.abort()
      await running
      await expiry[Symbol.asyncDispose]()
      await cutInserts.end(clock()).catch((error: unknown) => {
        log.warn(
          { err: error },
          'the end of the store could not be noted: its last inserts are stored again at the start',
        )
      })
    },
  }
}

/**
 * Runs again and again until the service stops, while migrations leave the tables usable. `what`: what a failure
 * prevents.
 */
function createLoop({ signal, retention, log }: Pick<ServiceDeps, 'retention' | 'log'> & { signal: AbortSignal }) {
  return async (run: () => Promise<unknown>, everyMs: number, what: string): Promise<void> => {
    while (!signal.aborted) {
      if (retention.obstacle() === undefined)
        await run().catch((error: unknown) => {
          if (!signal.aborted) log.warn({ err: error }, `${what}; trying again in ${everyMs / 1000} s`)
        })
      await sleep(everyMs, undefined, { signal }).catch(() => undefined)
    }
  }
}
