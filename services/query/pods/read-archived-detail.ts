// One pod whose facts have expired: the answer is made of its record and its obituary, which outlive them (decision
// 0011).
import { documents, type DocumentRow } from '#shared/obituary/obituary-documents.ts'
import { documentIn } from '#shared/obituary/stored-obituary.ts'
import { recordDetail, type PodDetailJson } from '#shared/pod-model/pod-detail.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { newestRecords, recordIn, storedRecords, type StoredRecord } from '#shared/stored-pods/stored-records.ts'
import { readReplacement, replacedOf } from './read-neighbours.ts'

/**
 * The answer of GET /v1/pods/{uid} for a pod without facts, or with a frozen record; undefined where nothing is stored
 * of it.
 */
export async function readArchivedDetail(
  reading: RowReading,
  tenant: string,
  uid: string,
): Promise<PodDetailJson | undefined> {
  const [stored, [document]] = await Promise.all([
    reading.rows<StoredRecord>(storedRecords(tenant, [uid])),
    reading.rows<DocumentRow>(documents(tenant, [uid])),
  ])
  const record = recordIn(newestRecords(stored).get(uid))
  const replacement = record === undefined ? null : await readReplacement(reading, tenant, replacedOf(record))
  if (document === undefined) return record === undefined ? undefined : recordDetail(record, replacement)
  const { pod, detail, ...obituary } = documentIn(document.document)
  const { evidence, events } = detail ?? { evidence: obituary.evidence, events: [] }
  return {
    ...pod,
    cause: record?.cause ?? obituary.cause,
    evidence,
    events,
    replacement: replacement ?? obituary.replacement,
  }
}
