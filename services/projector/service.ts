// Puts the projector together: it writes records as facts are stored, drops expired days, and deletes facts of pods
// that were over long ago.
import { setTimeout as sleep } from 'node:timers/promises'
import { observeStore } from '#shared/clickhouse/observed-store.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import type { CreateService, ServiceDeps } from '#shared/start-service.ts'
import { createProjectorMetrics } from './metrics.ts'
import { createRecordProjector } from './projector.ts'
import { createCutInserts } from './resend-cut-inserts.ts'
import { dayPodsOf } from './retention/day-pods.ts'
import { createExpiry } from './retention/expiry.ts'
import { createFactsExpiry } from './retention/facts-expiry.ts'

const expireEveryMs = 5000
const minuteMs = 60_000
/** ms between two deletions of facts, each of which makes the engine rewrite the parts that have them. */
const expireFactsEveryMs = 6 * 60 * minuteMs

export const createProjector: CreateService = ({
  config,
  background: store,
  statements,
  retention,
  projection,
  lostParts,
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
  const expiry = createExpiry({ store: background, reading, pods: dayPodsOf(background, reading), log })

  async function expire(): Promise<void> {
    const now = clock()
    for (const { rows, exact } of await expiry.run(retention.versionAt(now), now, signal)) {
      metrics.droppedRows.inc(rows)
      if (!exact) metrics.inexactDays.inc()
    }
    blockedDays.clear()
    for (const [day, reason] of expiry.blocked) blockedDays.set(day, reason)
    metrics.blockedPartitions.set(expiry.blocked.size)
  }

  const cutInserts = createCutInserts({ store: background, reading, log })
  const resent = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resent.resolve())
  const factsExpiry = createFactsExpiry({ store: background, reading })
  let expireFactsAt = -Infinity
  async function expireFacts(): Promise<void> {
    const now = clock()
    if (now < expireFactsAt) return
    expireFactsAt = now + expireFactsEveryMs
    const pods = await factsExpiry.run(retention.versionAt(now), now, signal)
    if (pods > 0) log.info({ pods }, 'facts of pods that ended long ago are deleted; their records stay')
  }

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
    resent.promise.then(() => whileRunning(expire, expireEveryMs, 'expired lines could not be dropped')),
    whileRunning(expireFacts, minuteMs, 'expired facts could not be deleted'),
  ])
  return {
    routes: [],
    close: async () => {
      stopping.abort()
      await running
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
