// Whether all that was acknowledged is in records and in lists. What is expected follows from what was sent, and not
// from the rules of the projector.
import type { LogStore } from '#shared/clickhouse/store.ts'
import { sql, statement } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import type { Pod } from '../../pods/population.ts'
import { createClient, podCounts } from '../answers.ts'

export interface MissingFactsOptions {
  store: LogStore
  /** Of the query service. */
  url: string
  tenant: string
  pods: readonly Pod[]
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
      FROM (SELECT uid, record, watermark ${fromTable(tenant, 'pod_records', { final: true })}) AS r
      LEFT JOIN (SELECT uid, max(facts_at) AS facts_at ${fromTable(tenant, 'pod_watermarks')} GROUP BY uid) AS w
      USING uid`,
    ),
  })
  const byUid = new Map(rows.map((row) => [row.uid, row]))
  const listed = await podCounts(createClient(url, tenant))
  const faults = pods.flatMap((pod) => faultsOf(pod, byUid.get(pod.uid), listed))
  for (const uid of byUid.keys()) if (!listed.has(uid)) faults.push(`pod ${uid} has a record and is in no list`)
  for (const uid of listed.keys()) if (!byUid.has(uid)) faults.push(`pod ${uid} is in a list and has no record`)
  const sent = new Set(pods.flatMap((pod) => [pod.uid, uidOfLines(pod)]))
  for (const uid of byUid.keys()) if (!sent.has(uid)) faults.push(`pod ${uid} has a record, and was never sent`)
  return faults
}

/** Estimates of running lives are off by some lines of a hundred (decision 0015). */
const estimateOff = 0.06

/** Lines without a uid and a container id lead to no pod: they have a provisional one. */
const uidOfLines = ({ uid, withoutUid, namespace, name }: Pod): string =>
  withoutUid ? `unresolved:prod-eu/${namespace}/${name}` : uid

function faultsOf(pod: Pod, row: StoredRow | undefined, listed: ReadonlyMap<string, { lines: number }>): string[] {
  const what = `pod ${pod.uid} (${pod.name}, ${pod.ending ?? 'alive'})`
  if (row === undefined) return [`${what} has no record`]
  const faults: string[] = []
  const record = JSON.parse(row.record) as PodRecord
  if (row.watermark < row.factsAt) faults.push(`the record is of ${row.watermark}, the newest fact of ${row.factsAt}`)
  if (record.lives.length !== pod.lives.length) faults.push(`${record.lives.length} of ${pod.lives.length} lives`)
  for (const [i, life] of record.lives.entries()) {
    const sent = pod.lives[i]
    if (life.containerId.split('/').at(-1) !== sent?.containerId) faults.push(`life ${i} has another container id`)
    if (sent?.endedMs === undefined || pod.withoutUid) continue
    if (life.lines !== sent.lines || !life.linesExact)
      faults.push(`life ${i} has ${life.lines} of ${sent.lines} lines${life.linesExact ? '' : ', by an estimate'}`)
  }
  const lines = pod.lives.reduce((sum, life) => sum + life.lines, 0)
  const listedLines = listed.get(uidOfLines(pod))?.lines ?? 0
  if (Math.abs(listedLines - lines) > (pod.ending === undefined ? lines * estimateOff : 0))
    faults.push(`the list has ${listedLines} of ${lines} lines`)
  if (pod.ending === undefined && record.over) faults.push('it is over, and was never said to have ended')
  if (pod.ending !== undefined && record.outcome === 'running') faults.push('it runs, and was said to have ended')
  return faults.map((fault) => `${what}: ${fault}`)
}
