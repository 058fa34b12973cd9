// Stores obituaries: one document about each dead pod, which outlives its lines and facts by years (decisions 0008,
// 0011). A document belongs to a revision of the pod's record. It lacks the pods that died beside it and its
// replacement, which each request reads anew.
import type { LogStore } from '#shared/clickhouse/store.ts'
import { isBad } from './last-words-windows.ts'
import { inBatches } from './read-last-words.ts'
import { composeObituaries, hasAllLines } from './compose-obituaries.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { documents, type DocumentRow } from '#shared/obituary/obituary-documents.ts'
import type { FrozenDocument } from '#shared/obituary/frozen-document.ts'
import type { Obituary } from '#shared/obituary/obituary.ts'
import { renderPodDetail } from '#shared/pod-model/pod-detail.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import type { Outcome } from '#shared/lifecycle/evidence.ts'
import type { ProjectedPod } from '../project.ts'

export interface ObituariesToWrite {
  tenant: string
  revision: string
  pods: readonly ProjectedPod[]
}

/** Writes obituaries of the pods that died or are over; resolves to their number. */
export async function writeObituaries(store: LogStore, reading: Reading, written: ObituariesToWrite): Promise<number> {
  const { tenant, revision, pods } = written
  const dead = pods
    .filter(({ record }) => record.over || died(record.outcome))
    .map((pod) => ({ ...pod, replacement: null }))
  let count = 0
  for (const some of inBatches(dead)) {
    // To read a document costs 5 ms of CPU, since 128 of them are compressed together.
    const uids = some.filter((pod) => !hasAllLines(pod)).map(({ record }) => record.uid)
    const stored = uids.length === 0 ? [] : await reading.rows<DocumentRow>(documents(tenant, uids))
    const before = new Map(stored.map(({ uid, document }) => [uid, JSON.parse(document) as Obituary]))
    const obituaries = await composeObituaries(reading, tenant, some, before)
    const rows = some.map((pod, i) => rowOf(tenant, revision, pod.record, JSON.stringify(obituaries[i]!)))
    await insert(store, rows)
    count += rows.length
  }
  return count
}

export interface DocumentsToFreeze {
  tenant: string
  revision: string
  /** Projected pods, each with the JSON of its stored document. */
  pods: readonly (ProjectedPod & { document: string })[]
}

/** Stores the documents with the evidence and Events of the pods, since the facts that have them are deleted next. */
export const freezeDocuments = (store: LogStore, { tenant, revision, pods }: DocumentsToFreeze): Promise<void> =>
  insert(
    store,
    pods.map(({ document, ...pod }) => {
      const { evidence, events } = renderPodDetail({ ...pod, replacement: null })
      const frozen: FrozenDocument = { ...(JSON.parse(document) as Obituary), detail: { evidence, events } }
      return rowOf(tenant, revision, pod.record, JSON.stringify(frozen))
    }),
  )

const numberOfLines = ({ lives }: PodRecord): number => lives.reduce((sum, life) => sum + life.lines, 0)
const died = (outcome: Outcome): boolean => outcome !== 'running' && outcome !== 'unknown'

const insert = (store: LogStore, rows: readonly string[]): Promise<void> =>
  store.insert({ table: 'obituaries', columns, rows: Buffer.from(rows.join('')), format: 'JSONCompactEachRow' })

function rowOf(tenant: string, revision: string, record: PodRecord, document: string): string {
  const { cluster, namespace, name, uid, outcome, diedAt, lives } = record
  const bad = isBad(outcome) || lives.some((life) => isBad(life.outcome))
  const at = diedAt === null ? null : diedAt.replace('T', ' ').replace('Z', '')
  const row = [
    tenant,
    cluster,
    namespace,
    name,
    uid,
    outcome,
    at,
    Number(bad),
    numberOfLines(record),
    revision,
    document,
  ]
  return `${JSON.stringify(row)}\n`
}

const columns = [
  'tenant',
  'cluster',
  'namespace',
  'pod',
  'uid',
  'outcome',
  'died_at',
  'bad',
  'lines',
  'revision',
  'document',
]
