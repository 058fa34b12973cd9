// Brings corrected rules to old records: those on an older version of the rules are projected again, newest first,
// while nothing else waits (decision 0016).
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
  /** The next pods whose records rest on older rules; undefined once every record was checked. */
  next(): Promise<PodName[] | undefined>
  readonly isDone: boolean
}

/** Records that are checked at once, and pods that are returned at once: newer facts wait for these to be projected. */
const [checkedAtOnce, podsAtOnce] = [2000, 200]
const job = `rules ${rulesVersion}`

interface PlacedPod extends PodName {
  rank: string
}

/**
 * Checks every record once for each version of the rules. A new process starts anew, unless an earlier one has checked
 * all.
 */
export async function createRulesUpgrade({
  store,
  reading,
}: {
  store: LogStore
  reading: RowReading
}): Promise<RulesUpgrade> {
  let isDone = (await readWatermark(reading, job)) !== undefined
  let last: PlacedPod | undefined
  const old: PodName[] = []

  async function check(): Promise<void> {
    const pods = await reading.rows<PlacedPod>(placedPods(last))
    last = pods.at(-1)
    isDone = last === undefined
    if (isDone) await writeWatermark(store, job, Date.now())
    for (const [tenant, ofTenant] of Map.groupBy(pods, (pod) => pod.tenant)) {
      const uids = ofTenant.map(({ uid }) => uid)
      for (const { uid } of await reading.rows<{ uid: string }>(onOlderRules(tenant, uids))) old.push({ tenant, uid })
    }
  }

  return {
    get isDone() {
      return isDone
    },
    async next() {
      if (old.length === 0 && !isDone) await check()
      return isDone ? undefined : old.splice(0, podsAtOnce)
    },
  }
}

/** The next pods, newest first within a tenant. Rows: PlacedPod. */
function placedPods(last: PlacedPod | undefined): Fragment {
  const after =
    last === undefined
      ? sql``
      : sql` AND (tenant, pod_lookup.rank, uid) > (${str(last.tenant)}, ${int(BigInt(last.rank))}, ${str(last.uid)})`
  return statement(
    'placed-pods',
    sql`SELECT toString(tenant) AS tenant, uid, toString(pod_lookup.rank) AS rank ${fromEveryTenant('pod_lookup')}
  AND kind = 'all' AND value = '' AND is_deleted = 0${after}
  ORDER BY pod_lookup.tenant, pod_lookup.rank, uid LIMIT ${uint(checkedAtOnce)}`,
  )
}

/** Rows: { uid }. */
const onOlderRules = (tenant: string, uids: readonly string[]): Fragment =>
  statement(
    'records-on-older-rules',
    sql`SELECT uid ${fromTable(tenant, 'pod_revisions', { prewhere: true })} AND uid IN ${strs(uids)}
  GROUP BY uid HAVING argMax(rules_version, revision) < ${uint(rulesVersion)} AND argMax(is_deleted, revision) = 0`,
  )
