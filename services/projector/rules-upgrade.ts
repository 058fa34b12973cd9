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
  /**
   * The next pods whose records rest on older rules; undefined once every record was checked, and `areCounted` says that
   * none of these pods waits to be counted: a process that is killed before that checks anew.
   */
  next(areCounted: boolean): Promise<PodName[] | undefined>
  readonly isDone: boolean
}

/** Records that are checked at once, and pods that are returned at once: newer facts wait for these to be projected. */
const [checkedAtOnce, podsAtOnce] = [2000, 200]
/** ms for which records that rest on the rules of now are passed over at once. */
const checkedMs = 250
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
  let areChecked = false
  const old: PodName[] = []

  async function check(): Promise<void> {
    const pods = await reading.rows<PlacedPod>(placedPods(last))
    areChecked = pods.length === 0
    last = pods.at(-1)
    for (const [tenant, ofTenant] of Map.groupBy(pods, (pod) => pod.tenant)) {
      const uids = ofTenant.map(({ uid }) => uid)
      for (const { uid } of await reading.rows<{ uid: string }>(onOlderRules(tenant, uids))) old.push({ tenant, uid })
    }
  }

  return {
    get isDone() {
      return isDone
    },
    async next(areCounted) {
      if (isDone) return undefined
      const until = performance.now() + checkedMs
      while (old.length === 0 && !areChecked && performance.now() < until) await check()
      if (old.length === 0 && areChecked && areCounted) {
        await writeWatermark(store, job, Date.now())
        isDone = true
      }
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
