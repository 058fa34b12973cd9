// Whether all that was acknowledged is in records and in lists. What is expected follows from what was sent, and not
// from the rules of the projector.
import type { LogStore } from '#shared/clickhouse/store.ts'
import { sql, statement } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import { createClient, podCounts } from '../answers.ts'
import type { SentPod } from './input.ts'

export interface MissingFactsOptions {
  store: LogStore
  /** Of the query service. */
  url: string
  tenant: string
  pods: readonly SentPod[]
}

interface StoredRow {
  uid: string
  watermark: string
  factsAt: string
  record: string
}

/** One sentence for each fault. */
export async function missingFacts({ store, url, tenant, pods }: MissingFactsOptions): Promise<string[]> {
  const rows = await store.rows<StoredRow>({
    sql: statement(
      'records-and-facts',
      sql`SELECT uid, r.record AS record, toString(r.watermark) AS watermark, toString(w.facts_at) AS factsAt
      FROM (SELECT uid, record, watermark ${fromTable(tenant, 'pod_revisions', { final: true })}) AS r
      LEFT JOIN (SELECT uid, max(facts_at) AS facts_at ${fromTable(tenant, 'pod_watermarks')} GROUP BY uid) AS w
      USING uid`,
    ),
  })
  const byUid = new Map(rows.map((row) => [row.uid, row]))
  const listed = await podCounts(createClient(url, tenant))
  const faults = pods.flatMap((sent) => faultsOf(sent, byUid.get(sent.pod.uid)))
  for (const uid of byUid.keys()) if (!listed.has(uid)) faults.push(`pod ${uid} has a record and is in no list`)
  for (const uid of listed.keys()) if (!byUid.has(uid)) faults.push(`pod ${uid} is in a list and has no record`)
  const known = new Set(pods.flatMap(({ pod, linesUid }) => [pod.uid, linesUid]))
  for (const uid of byUid.keys()) if (!known.has(uid)) faults.push(`pod ${uid} has a record, and was never sent`)
  for (const [uid, ofOne] of Map.groupBy(pods, ({ linesUid }) => linesUid)) {
    const lines = ofOne.flatMap(({ pod }) => pod.lives).reduce((sum, life) => sum + life.lines, 0)
    const isEstimate = ofOne.some(({ pod }) => pod.ending === undefined)
    const listedLines = listed.get(uid)?.lines ?? 0
    if (Math.abs(listedLines - lines) > (isEstimate ? lines * estimateOff : 0))
      faults.push(`pod ${uid}: the list has ${listedLines} of ${lines} lines`)
  }
  return faults
}

/** Estimates of running lives are off by some lines of a hundred (decision 0015). */
const estimateOff = 0.06

function faultsOf({ pod, linesUid }: SentPod, row: StoredRow | undefined): string[] {
  const what = `pod ${pod.uid} (${pod.name}, ${pod.ending ?? 'alive'})`
  if (row === undefined) return [`${what} has no record`]
  const faults: string[] = []
  const record = JSON.parse(row.record) as PodRecord
  if (row.watermark < row.factsAt) faults.push(`the record is of ${row.watermark}, the newest fact of ${row.factsAt}`)
  if (record.lives.length < pod.lives.length) faults.push(`${record.lives.length} of ${pod.lives.length} lives`)
  for (const [i, sent] of pod.lives.entries()) {
    const life = record.lives.find(({ containerId }) => containerId.split('/').at(-1) === sent.containerId)
    if (life === undefined) faults.push(`life ${i} is not there`)
    // Of a static pod that was created again, the newest has the lines of all.
    if (life === undefined || sent.endedMs === undefined || linesUid !== pod.uid || pod.isStatic) continue
    if (life.lines !== sent.lines || !life.linesExact)
      faults.push(`life ${i} has ${life.lines} of ${sent.lines} lines${life.linesExact ? '' : ', by an estimate'}`)
  }
  if (pod.ending === undefined && record.over) faults.push('it is over, and was never said to have ended')
  if (pod.ending !== undefined && record.outcome === 'running') faults.push('it runs, and was said to have ended')
  return faults.map((fault) => `${what}: ${fault}`)
}
