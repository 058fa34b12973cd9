// One pod whose facts and lines are gone, as its obituary has it.
import { documents, type DocumentRow } from '#shared/obituary/obituary-documents.ts'
import type { Obituary } from '#shared/obituary/obituary.ts'
import type { PodDetailJson } from '#shared/pod-model/pod-detail.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'

/** What GET /v1/pods/{uid} shows of a pod whose facts and lines are gone. Events are stored as long as obituaries: there were none. */
export async function readArchivedDetail(reading: RowReading, tenant: string, uid: string): Promise<PodDetailJson | undefined> {
  const [row] = await reading.rows<DocumentRow>(documents(tenant, [uid]))
  if (row === undefined) return undefined
  const { pod, cause, evidence, replacement } = JSON.parse(row.document) as Obituary
  return { ...pod, cause, evidence, events: [], replacement }
}
