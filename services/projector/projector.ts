// The one writer of records: it takes changes from the feed, waits for lines to settle, projects pods in batches, and
// stores up to which change it has projected (decision 0016).
import { setTimeout as sleep } from 'node:timers/promises'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { Logger } from '#shared/logger.ts'
import type { ProjectionClock } from '#shared/projection-clock.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { readStoreClock } from '#shared/store-reading/store-clock.ts'
import { createChangeFeed } from './change-feed.ts'
import { inHalves } from './in-halves.ts'
import { createIntake } from './intake.ts'
import { readWatermark, recordsJob } from '#shared/store-reading/job-watermarks.ts'
import { createKnownPods } from './known-pods.ts'
import type { ProjectorMetrics } from './metrics.ts'
import { createProgress } from './progress.ts'
import { projectAndStore } from './project-and-store.ts'
import { runRebuild } from './rebuild/run-rebuild.ts'
import { createRulesUpgrade, type PodName } from './rules-upgrade.ts'
import { createWorkQueue, type Work } from './work-queue.ts'

export interface ProjectorOptions {
  store: LogStore
  reading: Reading
  log: Logger
  metrics: ProjectorMetrics
  clock: ProjectionClock
}

const podsAtOnce = 200
/** pod_change_feed loses changes that are older than this. */
const feedRetentionMs = 7 * 86_400_000
/**
 * ms between two readings of the feed: at most, where nobody wakes the projector; at least, where ingest does; and at
 * least, after a pass that projected pods.
 */
const pollMs = { asleep: 500, awake: 50, busy: 250 }
/**
 * ms until a projection that failed is tried again, each time later; after the last one the pod waits for its next
 * change.
 */
const retryMs = [1_000, 10_000, 60_000]

export interface Projector {
  /** Takes changes and projects pods that are due; resolves to the number of pods it projected or queued. */
  pass(): Promise<number>
  /** Projects every pod that changed by now, without waiting for lines to settle. */
  catchUp(): Promise<void>
  /** Passes until the signal aborts, woken by the clock. */
  run(signal: AbortSignal): Promise<void>
}

/** Reads where the last process has stopped, and goes on from there. */
export async function createRecordProjector(options: ProjectorOptions): Promise<Projector> {
  const { store, reading, log, metrics, clock } = options
  const start = (await readWatermark(reading, recordsJob)) ?? 0
  const feed = createChangeFeed(reading, start)
  const queue = createWorkQueue()
  const known = createKnownPods(reading)
  const upgrade = await createRulesUpgrade({ store, reading })
  const intake = createIntake({ reading, feed, queue, known, upgrade })
  const publishProgress = createProgress({ store, feed, intake, queue, clock, metrics, start })

  async function projectDue(by: number, signal?: AbortSignal): Promise<number> {
    const work = queue.take(by, podsAtOnce)
    if (work.length === 0) return 0
    const end = metrics.duration.startTimer()
    const { tenant, isRelated, recount } = work[0]!
    const workOf = new Map(work.map((one) => [one.uid, one]))
    const projectSome = async (uids: readonly string[]): Promise<void> => {
      const { pods, related, obituaries } = await projectAndStore(store, reading, tenant, uids, {
        reuseCounts: !recount,
      })
      for (const { record } of pods) known.set(tenant, record)
      metrics.pods.inc(pods.length)
      metrics.obituaries.inc(obituaries)
      if (isRelated) return
      const since = Math.min(...uids.map((uid) => workOf.get(uid)?.since ?? Infinity))
      for (const uid of related)
        queue.add({ tenant, uid, since, dueAt: performance.now(), attempts: 0, isRelated: true, recount: true })
    }
    try {
      const failures = await inHalves([...workOf.keys()], projectSome, signal)
      for (const { item, error } of failures) putOff(workOf.get(item)!, error)
    } catch (error) {
      for (const one of work) queue.add(one)
      throw error
    }
    end()
    return work.length
  }

  function putOff(work: Work, error: Error): void {
    metrics.failures.inc()
    const waitMs = retryMs[work.attempts]
    const { tenant, uid } = work
    log.warn({ err: error, tenant, uid }, `the record of pod ${uid} could not be written; ${nextTry(work)}`)
    if (waitMs !== undefined) queue.add({ ...work, dueAt: performance.now() + waitMs, attempts: work.attempts + 1 })
  }

  async function pass(signal?: AbortSignal): Promise<number> {
    const feedReadAt = await readStoreClock(reading)
    await intake.takeChanges(feedReadAt)
    const projected = await projectDue(performance.now(), signal)
    await publishProgress(feedReadAt)
    return projected > 0 ? projected : intake.takeOutdated()
  }

  async function catchUp(): Promise<void> {
    const feedReadAt = await readStoreClock(reading)
    await intake.takeChanges(feedReadAt, 'all')
    while ((await projectDue(Infinity)) > 0);
    await publishProgress(feedReadAt)
  }

  /** The feed has lost changes where no projector ran for longer than it keeps them: then every pod is projected. */
  async function projectAllAfterAbsence(signal: AbortSignal): Promise<void> {
    if (store.mode !== 'server' || start === 0 || (await readStoreClock(reading)) - start < feedRetentionMs) return
    log.warn(
      { since: new Date(start).toISOString() },
      'no projector has run for 7 days, after which changes are deleted: every pod is projected again',
    )
    const onFailure = ({ tenant, uid }: PodName, error: Error): void =>
      putOff({ tenant, uid, since: Infinity, dueAt: 0, attempts: 0, isRelated: false, recount: true }, error)
    await runRebuild({ store, reading, signal, onProgress: () => undefined, onFailure })
  }

  async function run(signal: AbortSignal): Promise<void> {
    await projectAllAfterAbsence(signal)
    await passUntil({ pass, nextDueAt: queue.nextDueAt, log, clock, signal })
  }
  return { pass, catchUp, run }
}

function nextTry({ attempts }: Work): string {
  const waitMs = retryMs[attempts]
  if (waitMs !== undefined) return `trying again in ${waitMs / 1000} s`
  return `tried ${attempts + 1} times: the next change of the pod, or npm run project -- --rebuild, tries again`
}

interface PassOptions extends Pick<ProjectorOptions, 'log' | 'clock'> {
  pass(signal: AbortSignal): Promise<number>
  nextDueAt(): number | undefined
  signal: AbortSignal
}

async function passUntil({ pass, nextDueAt, log, clock, signal }: PassOptions): Promise<void> {
  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal }).catch(() => undefined)
  while (!signal.aborted) {
    try {
      const beganMs = performance.now()
      const projected = await pass(signal)
      if (projected >= podsAtOnce) continue
      // A pass takes some twenty statements, however few pods changed: a busy projector collects changes half of its
      // time.
      if (projected > 0) {
        await pause(Math.min(Math.max(performance.now() - beganMs, pollMs.busy), pollMs.asleep))
        continue
      }
      const wait = Math.min(pollMs.asleep, Math.max(0, (nextDueAt() ?? Infinity) - performance.now()))
      await clock.awake(Math.max(wait, 1), signal)
      await pause(pollMs.awake)
    } catch (error) {
      if (signal.aborted) return
      log.warn({ err: error }, `changed pods could not be projected; trying again in ${pollMs.asleep / 1000} s`)
      await pause(pollMs.asleep)
    }
  }
}
