// What the projector does again and again so that lines, facts and other rows expire: by the rules of both tables and
// by the time that the store confirms.
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { RetentionVersion } from '#shared/retention/rule-versions.ts'
import type { ServiceDeps } from '#shared/start-service.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import type { ProjectorMetrics } from '../metrics.ts'
import { dayPodsOf } from './day-pods.ts'
import { expireRows } from './expire-rows.ts'
import { createExpiry, type ExpiryTimes } from './expiry.ts'
import { createFactsExpiry } from './facts-expiry.ts'
import { aheadText, createTrustedClock, type TrustedClock } from './trusted-clock.ts'

export interface ExpiryJobsOptions extends Pick<
  ServiceDeps,
  'retention' | 'blockedDays' | 'whileDropping' | 'log' | 'clock'
> {
  store: LogStore
  reading: Reading
  metrics: ProjectorMetrics
  signal: AbortSignal
}

export interface ExpiryJobs extends AsyncDisposable {
  /** Drops days that have expired. */
  expireLines(): Promise<void>
  /** Deletes facts and other rows that have expired; does nothing for six hours after that. */
  expireFacts(): Promise<void>
  /** One sentence for each class of which nothing is dropped. */
  troubles(): readonly string[]
}

/** ms between two deletions of facts, each of which makes the engine rewrite the parts that have them. */
const expireFactsEveryMs = 6 * 3_600_000

export function createExpiryJobs(options: ExpiryJobsOptions): ExpiryJobs {
  const { store, reading, metrics, retention, blockedDays, whileDropping, log, clock, signal } = options
  const expiry = createExpiry({ store, reading, pods: dayPodsOf(store, reading), whileDropping, log })
  const factsExpiry = createFactsExpiry({ store, reading })
  let trusted: TrustedClock | undefined
  /** By performance.now(). */
  let expireFactsAt = -Infinity

  /** What expires, and by which time; undefined until the store has said what time it knows. */
  async function rulesAndTimes(): Promise<{ rules: RetentionVersion; times: ExpiryTimes } | undefined> {
    trusted ??= createTrustedClock({ store, log, gauge: metrics.clockAhead, clock })
    const time = await trusted.now()
    if (time === undefined) return undefined
    await retention.compare()
    const nowMs = clock()
    const mistrust = time.ahead === undefined ? {} : { mistrust: aheadText(time) }
    return { rules: retention.versionAt(nowMs), times: { nowMs, trustedMs: Math.min(time.ms, nowMs), ...mistrust } }
  }

  return {
    async expireLines() {
      const known = await rulesAndTimes()
      if (known === undefined) return
      metrics.rulesLost.set(known.rules.isLost === true ? 1 : 0)
      for (const { rows, exact } of await expiry.run(known.rules, known.times, signal)) {
        metrics.droppedRows.inc(rows)
        if (!exact) metrics.inexactDays.inc()
      }
      blockedDays.clear()
      for (const [day, reason] of expiry.blocked) blockedDays.set(day, reason)
      metrics.blockedPartitions.set(expiry.blocked.size)
      metrics.heldClasses.set(expiry.heldBack.size)
    },
    async expireFacts() {
      const known = performance.now() < expireFactsAt ? undefined : await rulesAndTimes()
      if (known === undefined) return
      expireFactsAt = performance.now() + expireFactsEveryMs
      const { rules, times } = known
      await expireRows({ store, reading }, times.trustedMs)
      const pods = await factsExpiry.run(rules, times.trustedMs, signal)
      if (pods > 0) log.info({ pods }, 'facts of pods that ended long ago are deleted; their records stay')
    },
    troubles: () => [...expiry.heldBack].map(([name, reason]) => `lines of class ${name} do not expire: ${reason}`),
    [Symbol.asyncDispose]: async () => trusted?.[Symbol.asyncDispose](),
  }
}
