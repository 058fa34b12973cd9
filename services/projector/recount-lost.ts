// Counts the lines of pods again of which a part of the store was lost, and of all pods of a tenant whose refused lines
// may have been of any of them: their records then say so (decision 0018). A part is done with once for all processes;
// its pods are counted in idle time, some after others.
import { sql, statement, str, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromEveryTenant, fromTable } from '#shared/clickhouse/tenant-scope.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { BrokenParts } from '#shared/broken-parts.ts'
import { jobOfLostPart } from '#shared/loss-sentences.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { readWatermark, writeWatermark } from '#shared/store-reading/job-watermarks.ts'
import type { PodName } from './rules-upgrade.ts'
import { untried, type WorkQueue } from './work-queue.ts'

export interface LostRecount {
  /**
   * Queues the next pods; resolves to 0 where it has nothing to do now. `areCounted`: whether no large pod waits to be
   * counted.
   */
  take(areCounted: boolean): Promise<number>
  /** Looks for tenants with refused lines that name no pod. */
  noteUnnamed(): void
}

export interface LostRecountOptions {
  store: LogStore
  reading: RowReading
  queue: WorkQueue
  lostParts: BrokenParts['lost']
}

const podsAtOnce = 200
/** Letters that are sent again are not in the feed. */
const lookEveryMs = 60_000

export function createLostRecount({ store, reading, queue, lostParts }: LostRecountOptions): LostRecount {
  const done = new Set<string>()
  let mayBeUnnamed = true
  let current: Recount | undefined
  let lookedAt = -Infinity

  async function begin(): Promise<void> {
    const now = performance.now()
    if (mayBeUnnamed || now - lookedAt >= lookEveryMs) {
      current = await nextUnnamed()
      if (current === undefined) lookedAt = now
    }
    if (current !== undefined) return
    mayBeUnnamed = false
    for (const part of lostParts()) {
      const job = jobOfLostPart(part)
      if (part.table !== 'logs' || done.has(job)) continue
      if ((await readWatermark(reading, job)) === undefined) {
        current = { job, upto: Date.now(), tenant: undefined, day: part.day, last: undefined }
        return
      }
      done.add(job)
    }
  }

  async function nextUnnamed(): Promise<Recount | undefined> {
    for (const { tenant, upto } of await reading.rows<UnnamedRow>(unnamedByTenant)) {
      const job = `unnamed ${tenant}`
      // Of `stored_at` whole seconds are known: others may be stored within this one.
      const until = Date.now() - upto < 2000 ? upto - 1 : upto
      if (((await readWatermark(reading, job)) ?? 0) < upto)
        return { job, upto: until, tenant, day: '', last: undefined }
    }
    return undefined
  }

  return {
    noteUnnamed: () => {
      mayBeUnnamed = true
    },
    async take(areCounted) {
      if (current === undefined) await begin()
      if (current === undefined) return 0
      const pods = await reading.rows<PodName>(podsOf(current))
      const work = { ...untried, since: Infinity, dueAt: performance.now(), recount: true }
      for (const pod of pods) queue.add({ ...pod, ...work })
      if (pods.length > 0) current.last = pods.at(-1)
      else if (areCounted && queue.size === 0) {
        await writeWatermark(store, current.job, current.upto)
        done.add(current.job)
        current = undefined
        // Another tenant may wait for its pods: the next pass comes at once.
        return 1
      }
      return pods.length
    },
  }
}

interface Recount {
  job: string
  /** Epoch ms, of the job's watermark once it is done. */
  upto: number
  /** undefined: every tenant. */
  tenant: string | undefined
  /** '': every day. */
  day: string
  last: PodName | undefined
}

interface UnnamedRow {
  tenant: string
  upto: number
}

/** When refused lines that name no pod were last stored, or their letter sent again. Rows: UnnamedRow. */
const unnamedByTenant = statement(
  'unnamed-refused-lines',
  sql`SELECT toString(tenant) AS tenant, toFloat64(toUnixTimestamp(max(at))) * 1000 AS upto FROM (
    SELECT tenant, stored_at AS at ${fromEveryTenant('refused_lines')} AND pod_key = ''
    UNION ALL
    SELECT tenant, toDateTime(replayed_at, 'UTC') AS at ${fromEveryTenant('dead_letter_replays')}
      AND (tenant, identity) GLOBAL IN (
        SELECT tenant, identity ${fromEveryTenant('refused_lines')} AND pod_key = '' AND further = 0))
  GROUP BY tenant ORDER BY tenant`,
)

/** Pods with lines on a day or around it, by their lives. Rows: PodName. */
function podsOf({ tenant, day, last }: Recount): Fragment {
  const uid = sql`if(pod_uid != '', pod_uid, concat('unresolved:', cluster, '/', namespace, '/', pod))`
  const after = last === undefined ? sql`` : sql` AND (tenant, ${uid}) > (${str(last.tenant)}, ${str(last.uid)})`
  const from = tenant === undefined ? fromEveryTenant('lines_of_lives') : fromTable(tenant, 'lines_of_lives')
  return statement(
    'pods-of-lost-day',
    sql`SELECT toString(tenant) AS tenant, ${uid} AS uid ${from}${after}
  GROUP BY tenant, uid
  HAVING ${str(day)} = '' OR (toString(toYYYYMMDD(min(first_line))) <= ${str(day)}
    AND toString(toYYYYMMDD(max(last_line))) >= ${str(day)})
  ORDER BY tenant, uid LIMIT ${uint(podsAtOnce)}`,
  )
}
