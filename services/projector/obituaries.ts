// Obituaries: what is known of a dead pod as one document, kept for years, longer than its lines and than what Kubernetes reported of it. A document
// belongs to a revision of the pod's record; what died beside the pod, and what replaced it, is looked up when it is asked for.
import { sql, statement, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { isBad } from '#query/plan/last-words.ts'
import { inBatches } from '#query/read/last-words.ts'
import { composeObituaries } from '#query/read/obituary.ts'
import type { Reading } from '#query/read/reading.ts'
import { withArchivedWords } from '#query/render/archived-obituary.ts'
import type { Obituary } from '#query/render/obituary.ts'
import type { Outcome } from '#shared/lifecycle/evidence.ts'
import type { ProjectedPod } from './project.ts'

export interface ObituariesToWrite {
  tenant: string
  revision: string
  pods: readonly ProjectedPod[]
}

/** Of those that died; resolves to how many were written. */
export async function writeObituaries(store: LogStore, reading: Reading, written: ObituariesToWrite): Promise<number> {
  const { tenant, revision, pods } = written
  const dead = pods.filter(({ record }) => died(record.outcome)).map((pod) => ({ ...pod, replacement: null }))
  let count = 0
  for (const some of inBatches(dead)) {
    const uids = some.map(({ record }) => record.uid)
    const [before, obituaries] = await Promise.all([
      reading.rows<DocumentRow>(documents(tenant, uids)),
      composeObituaries(reading, tenant, some),
    ])
    const documentOf = new Map(before.map(({ uid, document }) => [uid, JSON.parse(document) as Obituary]))
    const rows = some.map((pod, i) =>
      rowOf(tenant, revision, pod, withArchivedWords(obituaries[i]!, documentOf.get(pod.record.uid))),
    )
    await store.insert({ table: 'obituaries', columns, rows: Buffer.from(rows.join('')), format: 'JSONCompactEachRow' })
    count += rows.length
  }
  return count
}

export interface DocumentRow {
  uid: string
  /** Of the record that it belongs to; '0' of documents from before there were records. */
  revision: string
  document: string
}

/** The newest document of each. Rows: DocumentRow. */
export const documents = (tenant: string, uids: readonly string[]): Fragment =>
  statement(
    'obituary-documents',
    sql`SELECT uid, toString(obituaries.revision) AS revision, document ${fromTable(tenant, 'obituaries', { prewhere: true })} AND uid IN ${strs(uids)}
  ORDER BY obituaries.revision DESC, written_at DESC LIMIT 1 BY uid`,
  )

const died = (outcome: Outcome): boolean => outcome !== 'running' && outcome !== 'unknown'

function rowOf(tenant: string, revision: string, { record }: ProjectedPod, obituary: Obituary): string {
  const { cluster, namespace, name, uid, outcome, diedAt, lives } = record
  const bad = isBad(outcome) || lives.some((life) => isBad(life.outcome))
  const at = diedAt === null ? null : diedAt.replace('T', ' ').replace('Z', '')
  const lines = lives.reduce((sum, life) => sum + life.lines, 0)
  const row = [tenant, cluster, namespace, name, uid, outcome, at, Number(bad), lines, revision, JSON.stringify(obituary)]
  return `${JSON.stringify(row)}\n`
}

const columns = ['tenant', 'cluster', 'namespace', 'pod', 'uid', 'outcome', 'died_at', 'bad', 'lines', 'revision', 'document']
