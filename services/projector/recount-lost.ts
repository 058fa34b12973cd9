// Counts the lines of pods again of which a part of the store was lost: their records then say so (decision 0018). A
// part is done with once for all processes; its pods are counted in idle time, some after others.
import { sql, statement, str, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromEveryTenant } from '#shared/clickhouse/tenant-scope.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { BrokenParts } from '#shared/broken-parts.ts'
import type { LostPart } from '#shared/loss-sentences.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { readWatermark, writeWatermark } from '#shared/store-reading/job-watermarks.ts'
import type { PodName } from './rules-upgrade.ts'
import { untried, type WorkQueue } from './work-queue.ts'

export interface LostRecount {
  /** Queues the next pods; resolves to their number. `areCounted`: whether no large pod waits to be counted. */
  take(areCounted: boolean): Promise<number>
}

export interface LostRecountOptions {
  store: LogStore
  reading: RowReading
  queue: WorkQueue
  lostParts: BrokenParts['lost']
}

const podsAtOnce = 200

export function createLostRecount({ store, reading, queue, lostParts }: LostRecountOptions): LostRecount {
  const done = new Set<string>()
  let current: { job: string; day: string; last: PodName | undefined } | undefined

  async function begin(): Promise<void> {
    for (const part of lostParts()) {
      const job = jobOf(part)
      if (part.table !== 'logs' || done.has(job)) continue
      if ((await readWatermark(reading, job)) === undefined) {
        current = { job, day: part.day, last: undefined }
        return
      }
      done.add(job)
    }
  }

  return {
    async take(areCounted) {
      if (current === undefined) await begin()
      if (current === undefined) return 0
      const pods = await reading.rows<PodName>(podsOfDay(current.day, current.last))
      const work = { ...untried, since: Infinity, dueAt: performance.now(), recount: true }
      for (const pod of pods) queue.add({ ...pod, ...work })
      if (pods.length > 0) current.last = pods.at(-1)
      else if (areCounted && queue.size === 0) {
        await writeWatermark(store, current.job, Date.now())
        done.add(current.job)
        current = undefined
      }
      return pods.length
    },
  }
}

const jobOf = ({ table, partition, part }: LostPart): string => `lost ${table} ${partition} ${part}`

/** Pods with lines on a day or around it, by their lives; all pods where the day is ''. Rows: PodName. */
function podsOfDay(day: string, last: PodName | undefined): Fragment {
  const uid = sql`if(pod_uid != '', pod_uid, concat('unresolved:', cluster, '/', namespace, '/', pod))`
  const after = last === undefined ? sql`` : sql` AND (tenant, ${uid}) > (${str(last.tenant)}, ${str(last.uid)})`
  return statement(
    'pods-of-lost-day',
    sql`SELECT toString(tenant) AS tenant, ${uid} AS uid ${fromEveryTenant('lines_of_lives')}${after}
  GROUP BY tenant, uid
  HAVING ${str(day)} = '' OR (toString(toYYYYMMDD(min(first_line))) <= ${str(day)}
    AND toString(toYYYYMMDD(max(last_line))) >= ${str(day)})
  ORDER BY tenant, uid LIMIT ${uint(podsAtOnce)}`,
  )
}
