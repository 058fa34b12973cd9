// Projects every pod of which a fact, a line or a record is stored, also where its record is fresh.
import { int, sql, statement, str, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromEveryTenant } from '#shared/clickhouse/tenant-scope.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { inHalves } from '../in-halves.ts'
import { projectAndStore } from '../project-and-store.ts'
import type { PodName } from '../rules-upgrade.ts'

export interface RebuildOptions {
  store: LogStore
  reading: Reading
  signal: AbortSignal
  onProgress(done: number, total: number): void
  onFailure(pod: PodName, error: Error): void
}

const namesAtOnce = 10_000
const podsAtOnce = 200
/** Batches at work together: while one waits for the engine, another computes. */
const batchesAtOnce = 2

/** A tenant, and uids of its pods. */
type Batch = readonly [string, readonly string[]]

interface PlacedPod extends PodName {
  /** Epoch ns of its newest fact. */
  time: string
}

/**
 * Resolves to the number of pods that were projected or failed; ends early where `signal` aborts. Newest pods first:
 * pods of one time have their lines in one place, and reading them together costs half as much.
 */
export async function runRebuild({ store, reading, signal, onProgress, onFailure }: RebuildOptions): Promise<number> {
  let [done, total] = [0, 0]
  const projectBatch = async ([tenant, uids]: Batch): Promise<void> => {
    if (signal.aborted) return
    const run = async (some: readonly string[]): Promise<void> =>
      void (await projectAndStore(store, reading, tenant, some))
    for (const { item, error } of await inHalves(uids, run, signal)) onFailure({ tenant, uid: item }, error)
    done += uids.length
    onProgress(done, Math.max(total, done))
  }
  try {
    total = (await reading.rows<{ pods: number }>(countOfPods))[0]!.pods
    let last: PlacedPod | undefined
    for (let more = true; more && !signal.aborted;) {
      const pods = await reading.rows<PlacedPod>(podsBehind(last))
      more = pods.length === namesAtOnce
      last = pods.at(-1)
      const batches = batchesOf(pods)
      const work = async (): Promise<void> => {
        for (const batch of batches) await projectBatch(batch)
      }
      await Promise.all(Array.from({ length: batchesAtOnce }, work))
    }
  } catch (error) {
    // The signal ends the statements under way too.
    if (!signal.aborted) throw error
  }
  return done
}

function* batchesOf(pods: readonly PodName[]): Generator<Batch, void, undefined> {
  for (const [tenant, ofTenant] of Map.groupBy(pods, (pod) => pod.tenant))
    for (let from = 0; from < ofTenant.length; from += podsAtOnce)
      yield [tenant, ofTenant.slice(from, from + podsAtOnce).map(({ uid }) => uid)]
}

/** Rows: { tenant, uid, time }, several of a pod. */
const everyPod: Fragment = sql`
  SELECT tenant, uid, created_at AS time ${fromEveryTenant('pods')}
  UNION ALL SELECT tenant, pod_uid, started_at ${fromEveryTenant('lives')}
  UNION ALL SELECT tenant, involved_uid, last_time ${fromEveryTenant('events')}
    AND involved_kind = 'Pod' AND involved_uid != ''
  UNION ALL SELECT tenant, if(pod_uid != '', pod_uid, concat('unresolved:', cluster, '/', namespace, '/', pod)), first_line
    ${fromEveryTenant('lines_of_lives')}
  UNION ALL SELECT tenant, uid, NULL ${fromEveryTenant('pod_revisions')}`

const countOfPods = statement('count-of-pods', sql`SELECT toFloat64(uniq(tenant, uid)) AS pods FROM (${everyPod})`)

/** The next pods after a pod, newest first. Rows: PlacedPod. */
function podsBehind(last: PlacedPod | undefined): Fragment {
  const isBehind =
    last === undefined
      ? sql`1`
      : sql`(-newest, tenant, uid) > (${int(-BigInt(last.time))}, ${str(last.tenant)}, ${str(last.uid)})`
  return statement(
    'every-pod',
    sql`SELECT toString(tenant) AS tenant, uid, toString(newest) AS time
  FROM (SELECT tenant, uid, ifNull(toUnixTimestamp64Nano(max(every.time)), 0) AS newest
        FROM (${everyPod}) AS every GROUP BY tenant, uid)
  WHERE ${isBehind}
  ORDER BY -newest, tenant, uid LIMIT ${uint(namesAtOnce)}`,
  )
}
