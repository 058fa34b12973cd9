// Projects every pod of which a fact, a line or a record is stored, also where its record is fresh.
import { sql, statement, str, uint, type Fragment } from '#shared/clickhouse/sql.ts'
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

/** Resolves to the number of pods that were projected or failed; ends early where `signal` aborts. */
export async function runRebuild({ store, reading, signal, onProgress, onFailure }: RebuildOptions): Promise<number> {
  const [count] = await reading.rows<{ pods: number }>(
    statement('count-of-pods', sql`SELECT toFloat64(uniq(tenant, uid)) AS pods FROM (${everyPod})`),
  )
  const total = count!.pods
  let done = 0
  let last: PodName = { tenant: '', uid: '' }
  for (let more = true; more && !signal.aborted;) {
    const names = await reading.rows<PodName>(podsBehind(last))
    more = names.length === namesAtOnce
    last = names.at(-1) ?? last
    for (const [tenant, ofTenant] of Map.groupBy(names, (pod) => pod.tenant)) {
      for (let from = 0; from < ofTenant.length && !signal.aborted; from += podsAtOnce) {
        const uids = ofTenant.slice(from, from + podsAtOnce).map(({ uid }) => uid)
        const run = async (some: readonly string[]): Promise<void> =>
          void (await projectAndStore(store, reading, tenant, some))
        for (const { item, error } of await inHalves(uids, run, signal)) onFailure({ tenant, uid: item }, error)
        done += uids.length
        onProgress(done, Math.max(total, done))
      }
    }
  }
  return done
}

const everyPod: Fragment = sql`
  SELECT tenant, uid ${fromEveryTenant('pods')} UNION ALL SELECT tenant, pod_uid ${fromEveryTenant('lives')}
  UNION ALL SELECT tenant, involved_uid ${fromEveryTenant('events')} AND involved_kind = 'Pod' AND involved_uid != ''
  UNION ALL SELECT tenant, if(pod_uid != '', pod_uid, concat('unresolved:', cluster, '/', namespace, '/', pod))
    ${fromEveryTenant('lines_of_lives')}
  UNION ALL SELECT tenant, uid ${fromEveryTenant('pod_records')}`

/** The next pods after a pod, in order. Rows: PodName. */
const podsBehind = ({ tenant, uid }: PodName): Fragment =>
  statement(
    'every-pod',
    sql`SELECT DISTINCT toString(tenant) AS tenant, uid FROM (${everyPod}) AS every
  WHERE (tenant, uid) > (${str(tenant)}, ${str(uid)})
  ORDER BY tenant, uid LIMIT ${uint(namesAtOnce)}`,
  )
