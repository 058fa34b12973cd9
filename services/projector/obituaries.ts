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
import { renderPodDetail, type PodDetailJson } from '#query/render/pod-detail.ts'
import type { Outcome } from '#shared/lifecycle/evidence.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import type { ProjectedPod } from './project.ts'

export interface ObituariesToWrite {
  tenant: string
  revision: string
  pods: readonly ProjectedPod[]
}

/** Of those that died or are over; resolves to how many were written. */
export async function writeObituaries(store: LogStore, reading: Reading, written: ObituariesToWrite): Promise<number> {
  const { tenant, revision, pods } = written
  const dead = pods.filter(({ record }) => record.over || died(record.outcome)).map((pod) => ({ ...pod, replacement: null }))
  let count = 0
  for (const some of inBatches(dead)) {
    const uids = some.map(({ record }) => record.uid)
    const [before, obituaries] = await Promise.all([
      reading.rows<DocumentRow>(documents(tenant, uids)),
      composeObituaries(reading, tenant, some),
    ])
    const documentOf = new Map(before.map(({ uid, document }) => [uid, JSON.parse(document) as Obituary]))
    const rows = some.map((pod, i) =>
      rowOf(tenant, revision, pod.record, JSON.stringify(withArchivedWords(obituaries[i]!, documentOf.get(pod.record.uid)))),
    )
    await insert(store, rows)
    count += rows.length
  }
  return count
}

/** A document of a pod whose facts are to be deleted has what else its page says, too. */
export interface FrozenDocument extends Obituary {
  detail?: Pick<PodDetailJson, 'evidence' | 'events'>
}

export interface DocumentsToFreeze {
  tenant: string
  revision: string
  /** As they are projected, and the JSON of the documents that are stored. */
  pods: readonly (ProjectedPod & { document: string })[]
}

export const freezeDocuments = (store: LogStore, { tenant, revision, pods }: DocumentsToFreeze): Promise<void> =>
  insert(
    store,
    pods.map(({ document, ...pod }) => {
      const { evidence, events } = renderPodDetail({ ...pod, replacement: null })
      const frozen: FrozenDocument = { ...(JSON.parse(document) as Obituary), detail: { evidence, events } }
      return rowOf(tenant, revision, pod.record, JSON.stringify(frozen))
    }),
  )

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

const insert = (store: LogStore, rows: readonly string[]): Promise<void> =>
  store.insert({ table: 'obituaries', columns, rows: Buffer.from(rows.join('')), format: 'JSONCompactEachRow' })

function rowOf(tenant: string, revision: string, record: PodRecord, document: string): string {
  const { cluster, namespace, name, uid, outcome, diedAt, lives } = record
  const bad = isBad(outcome) || lives.some((life) => isBad(life.outcome))
  const at = diedAt === null ? null : diedAt.replace('T', ' ').replace('Z', '')
  const lines = lives.reduce((sum, life) => sum + life.lines, 0)
  const row = [tenant, cluster, namespace, name, uid, outcome, at, Number(bad), lines, revision, document]
  return `${JSON.stringify(row)}\n`
}

const columns = ['tenant', 'cluster', 'namespace', 'pod', 'uid', 'outcome', 'died_at', 'bad', 'lines', 'revision', 'document']
