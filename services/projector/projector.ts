// The one writer of records: it takes changes from the feed, waits for lines to settle, projects pods in batches, and
// stores up to which change it has projected (decision 0016).
import { setTimeout as sleep } from 'node:timers/promises'
import type { BrokenParts } from '#shared/broken-parts.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { Logger } from '#shared/logger.ts'
import type { ProjectionClock } from '#shared/projection-clock.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { readStoreClock } from '#shared/store-reading/store-clock.ts'
import { createChangeFeed } from './change-feed.ts'
import { inHalves } from './in-halves.ts'
import { createIntake, type Intake } from './intake.ts'
import { smallPodLinesMax } from './count-lines/small-pods.ts'
import { createLargePods, type LargePods } from './large-pods.ts'
import { changesJob, readWatermark, recordsJob } from '#shared/store-reading/job-watermarks.ts'
import { createKnownPods, type KnownPods } from './known-pods.ts'
import type { ProjectorMetrics } from './metrics.ts'
import { createProgress } from './progress.ts'
import { projectAndStore, type StoredPods, type StoreOptions } from './project-and-store.ts'
import { createPutOff } from './put-off.ts'
import { projectAllAfterAbsence } from './rebuild/after-absence.ts'
import { createLostRecount } from './recount-lost.ts'
import { createRulesUpgrade, type RulesUpgrade } from './rules-upgrade.ts'
import { createWorkQueue, earliest, untried, type Work, type WorkQueue } from './work-queue.ts'

export interface ProjectorOptions {
  store: LogStore
  reading: Reading
  log: Logger
  metrics: ProjectorMetrics
  clock: ProjectionClock
  lostParts?: BrokenParts['lost']
}

/** Pods of one pass at most, and those of a pass that the next one follows at once. */
const [podsAtOnce, podsOfFullPass] = [500, 200]
/**
 * ms between two readings of the feed: at most, where nobody wakes the projector; at least, where ingest does; and
 * after a pass that projected pods.
 */
const pollMs = { asleep: 500, awake: 50, busy: 250 }
/** Only jobs that copy lines write to an embedded store and wake nobody: the feed has them so many ms later at most. */
const quietMs = 5000

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
  const { store, reading, log, metrics, clock, lostParts = () => [] } = options
  const { start, projectedUntil } = await readPosition(reading)
  const feed = createChangeFeed(reading, start, () => readStoreClock(reading))
  const queue = createWorkQueue()
  const putOff = createPutOff({ queue, metrics, log })
  const known = createKnownPods(reading)
  const projectNow = createProjection(options, known)
  const upgrade = await createRulesUpgrade({ store, reading })
  const lost = createLostRecount({ store, reading, queue, lostParts })
  const intake = createIntake({ reading, feed, queue, known, upgrade, onUnnamed: lost.noteUnnamed })
  const large = createLargePods((work) => countLarge(work))
  const isQuiet = (): boolean => store.mode === 'embedded' && hasNoWork({ intake, queue, large, upgrade })
  let stopped: AbortSignal | undefined
  const publishProgress = createProgress({ store, feed, intake, queue, large, clock, metrics, start })

  async function projectDue(by: number, signal?: AbortSignal): Promise<number> {
    const work = queue.take(by, podsAtOnce)
    if (work.length === 0) return 0
    const end = metrics.duration.startTimer()
    const { tenant, isRelated, recount } = work[0]!
    const workOf = new Map(work.map((one) => [one.uid, one]))
    const projectSome = async (uids: readonly string[]): Promise<void> => {
      const counting = { reuseCounts: !recount, countedLinesMax: smallPodLinesMax }
      const { pods, related } = await projectNow(tenant, uids, counting)
      for (const { record, isLarge, wasCounted, factsAt } of pods) {
        if (isLarge) large.add({ ...work[0]!, uid: record.uid, since: earliest(work)!, attempts: 0 }, wasCounted)
        const own = workOf.get(record.uid)
        if (own !== undefined && Number(factsAt) < own.factAt) putOff.unseen(own)
      }
      if (isRelated) return
      const since = earliest(uids.map((uid) => workOf.get(uid)!))!
      for (const uid of related) queue.add({ ...relatedWork, tenant, uid, since, dueAt: performance.now() })
    }
    try {
      for (const { item, error } of await inHalves([...workOf.keys()], projectSome, signal))
        putOff.failed(workOf.get(item)!, error)
    } catch (error) {
      for (const one of work) queue.add(one)
      throw error
    }
    end()
    return work.length
  }

  const countLarge = (work: Work): Promise<boolean> =>
    projectNow(work.tenant, [work.uid]).then(
      () => true,
      (error: Error) => {
        if (stopped?.aborted !== true) putOff.failed(work, error)
        return false
      },
    )

  async function pass(signal?: AbortSignal): Promise<number> {
    const feedReadAt = await readStoreClock(reading)
    await intake.takeChanges(feedReadAt)
    const projected = await projectDue(performance.now(), signal)
    large.start()
    await publishProgress(feedReadAt)
    return projected || (await lost.take(large.size === 0)) || intake.takeOutdated(large.size === 0)
  }

  async function catchUp(): Promise<void> {
    const feedReadAt = await readStoreClock(reading)
    await intake.takeChanges(feedReadAt, 'all')
    while ((await projectDue(Infinity)) > 0);
    await large.drain()
    await publishProgress(feedReadAt)
  }

  async function run(signal: AbortSignal): Promise<void> {
    stopped = signal
    await projectAllAfterAbsence({ store, reading, log, projectedUntil, signal, putOff })
    await passUntil({ pass, isQuiet, nextDueAt: queue.nextDueAt, log, clock, signal })
    await large.stop()
  }
  return { pass, catchUp, run }
}

interface WorkSources {
  intake: Pick<Intake, 'hasTakenAll'>
  queue: Pick<WorkQueue, 'size'>
  large: Pick<LargePods, 'size'>
  upgrade: Pick<RulesUpgrade, 'isDone'>
}

/** Whether all that the store had at the last reading is projected. */
const hasNoWork = ({ intake, queue, large, upgrade }: WorkSources): boolean =>
  intake.hasTakenAll && queue.size === 0 && large.size === 0 && upgrade.isDone

const aheadMsMax = 60_000
const againMs = 86_400_000

/** Epoch ms, of earlier processes: from which a new one goes on, and up to which records are written. */
async function readPosition(reading: Reading): Promise<{ start: number; projectedUntil: number }> {
  const projectedUntil = (await readWatermark(reading, recordsJob)) ?? 0
  // Before there was a job for changes, a projector went on from where records were.
  const start = (await readWatermark(reading, changesJob)) ?? projectedUntil
  const now = await readStoreClock(reading)
  // A position that is still to come was stored under a clock that was ahead.
  return { start: start > now + aheadMsMax ? now - againMs : start, projectedUntil }
}

/** Projects pods and stores their records, and remembers and counts them. */
function createProjection({ store, reading, metrics }: ProjectorOptions, known: KnownPods) {
  return async (tenant: string, uids: readonly string[], counting?: StoreOptions): Promise<StoredPods> => {
    const stored = await projectAndStore(store, reading, tenant, uids, counting)
    for (const { record, lifeHashes } of stored.pods) known.set(tenant, record, new Set(lifeHashes))
    metrics.pods.inc(stored.pods.length)
    metrics.obituaries.inc(stored.obituaries)
    return stored
  }
}

/** Lines may have gone from one pod to another. */
const relatedWork = { ...untried, isRelated: true, recount: true }

interface PassOptions extends Pick<ProjectorOptions, 'log' | 'clock'> {
  pass(signal: AbortSignal): Promise<number>
  isQuiet(): boolean
  nextDueAt(): number | undefined
  signal: AbortSignal
}

async function passUntil({ pass, isQuiet, nextDueAt, log, clock, signal }: PassOptions): Promise<void> {
  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal }).catch(() => undefined)
  while (!signal.aborted) {
    try {
      const beganMs = performance.now()
      const projected = await pass(signal)
      if (projected >= podsOfFullPass) continue
      // A pass takes some fifteen statements, however few pods changed, so changes are collected.
      if (projected > 0) {
        await pause(pollMs.busy)
        continue
      }
      const wait = Math.min(pollMs.asleep, Math.max(0, (nextDueAt() ?? Infinity) - performance.now()))
      const mayBeNews = async (): Promise<boolean> => (await clock.awake(Math.max(wait, 1), signal)) || !isQuiet()
      while (!(await mayBeNews()) && !signal.aborted && performance.now() - beganMs < quietMs) clock.advance(Date.now())
      await pause(pollMs.awake)
    } catch (error) {
      if (signal.aborted) return
      log.warn({ err: error }, `changed pods could not be projected; trying again in ${pollMs.asleep / 1000} s`)
      await pause(pollMs.asleep)
    }
  }
}
