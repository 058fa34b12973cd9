// A corrected rule reaches the dead: records that rest on older rules are projected again, newest first, while nothing else is to do.
import { int, sql, statement, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromEveryTenant, fromTable } from '#shared/clickhouse/tenant-scope.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { rulesVersion } from '#shared/pod-model/rules-version.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { readWatermark, writeWatermark } from '#shared/store-reading/job-watermarks.ts'

export interface PodName {
  tenant: string
  uid: string
}

export interface RulesUpgrade {
  /** Some pods whose records rest on older rules; undefined once every record was looked at. */
  next(): Promise<PodName[] | undefined>
}

const podsAtOnce = 200
const job = `rules ${rulesVersion}`

interface PlacedPod extends PodName {
  rank: string
}

/** Looks at every record once for each version of the rules, over all processes; a process that starts meanwhile begins anew. */
export async function createRulesUpgrade({ store, reading }: { store: LogStore; reading: RowReading }): Promise<RulesUpgrade> {
  let isDone = (await readWatermark(reading, job)) !== undefined
  let behind: PlacedPod | undefined
  return {
    async next() {
      if (isDone) return undefined
      const pods = await reading.rows<PlacedPod>(placedPods(behind))
      behind = pods.at(-1)
      isDone = behind === undefined
      if (isDone) await writeWatermark(store, job, Date.now())
      const old: PodName[] = []
      for (const [tenant, ofTenant] of Map.groupBy(pods, (pod) => pod.tenant)) {
        const uids = ofTenant.map(({ uid }) => uid)
        for (const { uid } of await reading.rows<{ uid: string }>(onOlderRules(tenant, uids))) old.push({ tenant, uid })
      }
      return isDone ? undefined : old
    },
  }
}

/** The next pods of lists, newest first within a tenant. Rows: PlacedPod. */
function placedPods(behind: PlacedPod | undefined): Fragment {
  const after =
    behind === undefined
      ? sql``
      : sql` AND (tenant, pod_lookup.rank, uid) > (${str(behind.tenant)}, ${int(BigInt(behind.rank))}, ${str(behind.uid)})`
  return statement(
    'placed-pods',
    sql`SELECT toString(tenant) AS tenant, uid, toString(pod_lookup.rank) AS rank ${fromEveryTenant('pod_lookup')}
  AND kind = 'all' AND value = '' AND is_deleted = 0${after} ORDER BY pod_lookup.tenant, pod_lookup.rank, uid LIMIT ${uint(podsAtOnce)}`,
  )
}

/** Rows: { uid }. */
const onOlderRules = (tenant: string, uids: readonly string[]): Fragment =>
  statement(
    'records-on-older-rules',
    sql`SELECT uid ${fromTable(tenant, 'pod_records', { prewhere: true })} AND uid IN ${strs(uids)}
  GROUP BY uid HAVING argMax(rules_version, revision) < ${uint(rulesVersion)} AND argMax(is_deleted, revision) = 0`,
  )
