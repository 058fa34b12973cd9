// Deletes facts of pods that were over long ago. The record is frozen first, so that nobody projects the pod from a
// part of its facts, and the facts are deleted an hour later. Pods that are not over keep all facts (decision 0011).
import { alterTable } from '#shared/clickhouse/cluster-names.ts'
import { milliseconds, sql, statement, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { fromEveryTenant } from '#shared/clickhouse/tenant-scope.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import { rulesVersion } from '#shared/pod-model/rules-version.ts'
import { storedPartitions } from '#shared/retention/partitions.ts'
import { heldBack, type RetentionSettings } from '#shared/retention/retention.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { readStoreMicros } from '#shared/store-reading/store-clock.ts'
import { documents, type DocumentRow } from '#shared/obituary/obituary-documents.ts'
import { expireScenes } from './expire-scenes.ts'
import { trimHandles } from './trim-handles.ts'
import { freezeDocuments } from '../obituaries/write-obituaries.ts'
import { projectAndStore } from '../project-and-store.ts'
import { project } from '../project.ts'
import type { PodName } from '../rules-upgrade.ts'
import { newestRecords, recordIn, storedRecords, type StoredRecord } from '#shared/stored-pods/stored-records.ts'
import { writeRecords, type WrittenRecord } from '../write-records.ts'

export interface FactsExpiryOptions {
  store: LogStore
  reading: Reading
}

export interface FactsExpiry {
  /**
   * Resolves to the number of pods whose facts are deleted: the engine deletes the rows in the background. While lines
   * of a class do not expire, facts do not either.
   */
  run(settings: RetentionSettings, nowMs: number, signal?: AbortSignal): Promise<number>
}

const dayMs = 86_400_000
/** Facts stay at least so many days, also where lines expire earlier. */
const daysMin = 180
/** Facts stay longer than lines, which expire by whole days and may have times an hour ahead. */
const marginDays = 2
/** ms from freezing to deleting: a projector that read the record before it was frozen has written by then. */
const frozenForMs = 3_600_000
const podsOfStatement = 10_000
const podsAtOnce = 200

/** Days for which facts stay after the newest fact or line of their pod was stored: all its lines have expired then. */
export const factsDays = ({ rules, lastWords }: RetentionSettings): number =>
  Math.max(daysMin, ...rules.rules.values(), lastWords.keptDays) + marginDays

export function createFactsExpiry({ store, reading }: FactsExpiryOptions): FactsExpiry {
  return {
    async run(settings, nowMs, signal) {
      if ((await storedPartitions(store)).some((partition) => heldBack(settings, partition.class) !== undefined))
        return 0
      const before = nowMs - factsDays(settings) * dayMs
      const expired: PodName[] = []
      let pods: PodName[] = []
      do {
        pods = await reading.rows<PodName>(unchangedPods(before, pods.at(-1)))
        for (const [tenant, ofTenant] of Map.groupBy(pods, (pod) => pod.tenant)) {
          for (let from = 0; from < ofTenant.length; from += podsAtOnce) {
            signal?.throwIfAborted()
            const uids = ofTenant.slice(from, from + podsAtOnce).map(({ uid }) => uid)
            for (const uid of await freeze({ store, reading }, tenant, uids, nowMs)) expired.push({ tenant, uid })
          }
        }
      } while (pods.length === podsOfStatement)
      await deleteFacts(store, expired)
      await deleteOtherEvents({ store, reading }, before)
      await expireScenes({ store, reading }, before)
      await trimHandles({ store, reading })
      return expired.length
    },
  }
}

/** Freezes the records of pods that are over; resolves to the pods whose records have been frozen for `frozenForMs`. */
async function freeze(
  { store, reading }: FactsExpiryOptions,
  tenant: string,
  uids: readonly string[],
  nowMs: number,
): Promise<string[]> {
  const [stored, written] = await Promise.all([
    reading.rows<StoredRecord>(storedRecords(tenant, uids)),
    reading.rows<DocumentRow>(documents(tenant, uids)),
  ])
  const documentOf = new Map(written.map((row) => [row.uid, row]))
  const frozen: string[] = []
  const ready: string[] = []
  const stale: string[] = []
  for (const row of newestRecords(stored).values()) {
    const record = recordIn(row)
    if (record === undefined) continue
    if (record.frozen === true) {
      if (Number(row.revision) / 1000 <= nowMs - frozenForMs) frozen.push(row.uid)
    } else if (isOver(record)) {
      const isStale = row.rulesVersion < rulesVersion || documentOf.get(row.uid)?.revision !== row.revision
      ;(isStale ? stale : ready).push(row.uid)
    }
  }
  if (stale.length > 0) await projectAndStore(store, reading, tenant, stale, { reuseCounts: true })
  if (ready.length === 0) return frozen
  const revision = await readStoreMicros(reading)
  const { pods } = await project(reading, tenant, ready, { reuseCounts: true })
  const over = pods.filter(({ record }) => isOver(record) && ready.includes(record.uid))
  // The document is stored first, so that a frozen record always has one of its revision.
  const withDocuments = over.map((pod) => ({ ...pod, stored: documentOf.get(pod.record.uid)! }))
  await freezeDocuments(store, { tenant, revision, pods: withDocuments })
  const records = over.map(({ record, factsAt, linesAt }): WrittenRecord => ({
    record: { ...record, frozen: true },
    watermark: factsAt,
    linesAt,
  }))
  await writeRecords(store, { tenant, revision, now: Number(revision) / 1000, records, absent: [], stored })
  return frozen
}

const isOver = ({ over, living }: PodRecord): boolean => over && !living

/** The next pods after a pod, of which nothing was stored since `before`, epoch ms. Rows: PodName. */
function unchangedPods(before: number, last: PodName | undefined): Fragment {
  const after = last === undefined ? sql`` : sql` AND (tenant, uid) > (${str(last.tenant)}, ${str(last.uid)})`
  return statement(
    'unchanged-pods',
    sql`SELECT toString(tenant) AS tenant, uid ${fromEveryTenant('pod_watermarks')}${after}
  GROUP BY pod_watermarks.tenant, uid
  HAVING max(facts_at) > toDateTime64(0, 3, 'UTC') AND greatest(max(facts_at), max(lines_at)) < ${milliseconds(before)}
  ORDER BY tenant, uid LIMIT ${uint(podsOfStatement)}`,
  )
}

/** Uids of one statement, whose text is 256 KB at most. */
const uidsOfStatement = 3000

async function deleteFacts(store: LogStore, pods: readonly PodName[]): Promise<void> {
  for (const [tenant, ofTenant] of Map.groupBy(pods, (pod) => pod.tenant)) {
    for (let from = 0; from < ofTenant.length; from += uidsOfStatement) {
      const uids = strs(ofTenant.slice(from, from + uidsOfStatement).map(({ uid }) => uid))
      const change = (is: Fragment): Fragment => sql`DELETE WHERE tenant = ${str(tenant)} AND ${is}`
      await store.command({
        sql: alterTable(store, 'events', change(sql`involved_uid IN ${uids} AND involved_kind = 'Pod'`)),
      })
      await store.command({ sql: alterTable(store, 'lives', change(sql`pod_uid IN ${uids}`)) })
      await store.command({ sql: alterTable(store, 'pods', change(sql`uid IN ${uids}`)) })
      // All its lines have expired too, so no alias leads to lines.
      await store.command({ sql: alterTable(store, 'lines_of_lives', change(sql`pod_uid IN ${uids}`)) })
      await store.command({ sql: alterTable(store, 'pod_aliases', change(sql`uid IN ${uids}`)) })
      // Watermarks go last: where they remain, the next run deletes the facts of the pod again.
      await store.command({ sql: alterTable(store, 'pod_watermarks', change(sql`uid IN ${uids}`)) })
    }
  }
}

/** Deletes old Events about other objects than pods: no record rests on them. */
async function deleteOtherEvents({ store, reading }: FactsExpiryOptions, before: number): Promise<void> {
  const are = sql`(involved_kind != 'Pod' OR involved_uid = '') AND last_time < ${milliseconds(before)}`
  const some = await reading.rows(
    statement('old-events', sql`SELECT 1 AS one ${fromEveryTenant('events')} AND ${are} LIMIT 1`),
  )
  if (some.length > 0) await store.command({ sql: alterTable(store, 'events', sql`DELETE WHERE ${are}`) })
}
