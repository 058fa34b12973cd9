// What becomes of a pod whose projection failed, or could not see all of a change yet: it is tried again, each time
// later.
import type { Logger } from '#shared/logger.ts'
import type { ProjectorMetrics } from './metrics.ts'
import { settle } from './intake.ts'
import type { Work, WorkQueue } from './work-queue.ts'

export interface PutOff {
  failed(work: Work, error: Error): void
  /**
   * An insert is visible in one table before it is in the others: the record does not rest on the pod's newest fact.
   */
  unseen(work: Work): void
}

/** ms until the next try; after the last one the pod waits for its next change. */
const retryMs = [1_000, 10_000, 60_000]

export interface PutOffOptions {
  queue: WorkQueue
  metrics: Pick<ProjectorMetrics, 'failures'>
  log: Logger
}

export function createPutOff({ queue, metrics, log }: PutOffOptions): PutOff {
  const addAgain = (work: Work, waitMs: number | undefined): void => {
    if (waitMs !== undefined) queue.add({ ...work, dueAt: performance.now() + waitMs, attempts: work.attempts + 1 })
  }
  return {
    failed(work, error) {
      metrics.failures.inc()
      const { tenant, uid } = work
      log.warn({ err: error, tenant, uid }, `the record of pod ${uid} could not be written; ${nextTry(work)}`)
      addAgain(work, retryMs[work.attempts])
    },
    unseen: (work) => addAgain(work, work.attempts === 0 ? settle.ms : retryMs[work.attempts]),
  }
}

function nextTry({ attempts }: Work): string {
  const waitMs = retryMs[attempts]
  if (waitMs !== undefined) return `trying again in ${waitMs / 1000} s`
  return `tried ${attempts + 1} times: the next change of the pod, or npm run project -- --rebuild, tries again`
}
