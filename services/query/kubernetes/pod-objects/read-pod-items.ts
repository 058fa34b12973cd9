// Reads pods as items of an answer: the object and the row of each.
import { podTexts, type PodTextRow } from './pod-text-statements.ts'
import { readRecords, withRunningLines } from '#query/pods/read-records.ts'
import type { Item } from '../api/api-object.ts'
import { podObject } from './pod-object.ts'
import { podCells } from './pod-row.ts'
import { reportedObject } from '../api/reported-object.ts'
import { podJson, type PodRecord } from '#shared/pod-model/record.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import type { NamedPod } from './read-named-pods.ts'

export interface PodItemOptions {
  reading: Reading
  tenant: string
  /** What the answer needs: the object with its seal, the object, or only its metadata. */
  depth: 'sealed' | 'object' | 'metadata'
  nowMs: number
  /** Records that the caller has read already; where missing, they are read here. */
  records?: ReadonlyMap<string, PodRecord>
}

export interface ListedName extends Pick<NamedPod, 'uid'> {
  /** The name of the pod in the answer. */
  listedName: string
}

/** One item for each pod that has a record, in order: a record may have been removed since its handle was read. */
export async function podItems(
  { reading, tenant, depth, nowMs, records }: PodItemOptions,
  named: readonly ListedName[],
): Promise<Item[]> {
  if (named.length === 0) return []
  const uids = named.map(({ uid }) => uid)
  const sealed = depth === 'sealed'
  const [byUid, texts] = await Promise.all([
    records ?? readRecords(reading, tenant, uids),
    reading.rows<PodTextRow>(podTexts(tenant, uids, depth !== 'metadata')),
  ])
  const pods = named.filter(({ uid }) => byUid.has(uid))
  const recordsOfPods = pods.map(({ uid }) => byUid.get(uid)!)
  const current = sealed ? await withRunningLines(reading, tenant, recordsOfPods) : recordsOfPods
  const textOf = new Map(texts.map((text) => [text.uid, text]))
  return pods.map(({ uid, listedName }, i) => {
    const text = textOf.get(uid)
    const reported = text === undefined || text.object === '' ? undefined : reportedObject(text.object)
    // An object that is not stored any more has left its labels in the record.
    const { over, lives, createdAt } = current[i]!
    const cause = sealed ? current[i]!.cause : ''
    const rendered = { pod: podJson(current[i]!), verdict: { over }, lives }
    const labels = text?.labels ?? current[i]!.labels
    const object = podObject({
      name: listedName,
      rendered,
      cause,
      row: text ?? null,
      reported,
      labels,
      hasLineCounts: sealed,
    })
    return { object, cells: podCells(listedName, rendered, text?.createdAt ?? createdAt, nowMs) }
  })
}
