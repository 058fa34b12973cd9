// Reads the obituary of a pod: the stored document where the record is fresh, else one that is composed now. Each
// request reads anew which pods died beside the pod and which replaced it. A pod whose facts have expired has its
// document.
import { documents, type DocumentRow } from '#shared/obituary/obituary-documents.ts'
import { watermarks, type WatermarkRow } from '#shared/stored-pods/fact-statements.ts'
import { newestRecords, recordIn, storedRecords, type StoredRecord } from '#shared/stored-pods/stored-records.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import { rulesVersion } from '#shared/pod-model/rules-version.ts'
import { readDiedBeside, readReplacement, replacedOf } from '#query/pods/read-neighbours.ts'
import { readPod } from '#query/pods/read-pod.ts'
import { composeObituaries } from '#projector/obituaries/compose-obituaries.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { obituaryIn } from '#shared/obituary/stored-obituary.ts'
import { withReplacement, type Obituary } from '#shared/obituary/obituary.ts'

/** undefined where no fact and no line names the pod. `uid` may be any form that names one pod. */
export async function readObituary(reading: Reading, tenant: string, uid: string): Promise<Obituary | undefined> {
  const [stored, [document]] = await Promise.all([
    reading.rows<StoredRecord>(storedRecords(tenant, [uid])),
    reading.rows<DocumentRow>(documents(tenant, [uid])),
  ])
  const storedRecord = newestRecords(stored).get(uid)
  const record = recordIn(storedRecord)
  if (storedRecord !== undefined && record !== undefined && document !== undefined) {
    const isOwn = document.revision === storedRecord.revision && (await isFresh(reading, tenant, storedRecord, record))
    if (record.frozen === true || isOwn) return withNeighbours(reading, tenant, obituaryIn(document.document), record)
  }
  const pod = await readPod(reading, tenant, uid)
  if (pod === undefined) return document === undefined ? undefined : obituaryIn(document.document)
  const before = new Map(document === undefined ? [] : [[pod.facts.uid, obituaryIn(document.document)]])
  const [composed] = await composeObituaries(reading, tenant, [pod], before)
  return withNeighbours(reading, tenant, composed!.obituary, pod.record)
}

async function isFresh(
  reading: Reading,
  tenant: string,
  stored: StoredRecord,
  { living, uid, selectors }: PodRecord,
): Promise<boolean> {
  if (stored.rulesVersion < rulesVersion || living) return false
  const rows = await reading.rows<WatermarkRow>(watermarks(tenant, [...new Set([uid, ...selectors.uids])]))
  return rows.every(
    ({ factsAt, linesAt }) => Number(factsAt) <= Number(stored.watermark) && Number(linesAt) <= Number(stored.linesAt),
  )
}

async function withNeighbours(
  reading: Reading,
  tenant: string,
  obituary: Obituary,
  record: PodRecord,
): Promise<Obituary> {
  const { uid, cluster, node, ended } = record
  const [alsoDied, replacement] = await Promise.all([
    readDiedBeside(reading, tenant, { uid, cluster, node, at: ended?.at ?? null }),
    readReplacement(reading, tenant, replacedOf(record)),
  ])
  return withReplacement({ ...obituary, alsoDied }, replacement)
}
