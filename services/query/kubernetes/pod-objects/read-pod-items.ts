// Pods under the names of /k8s, with all that an answer shows of them.
import { podTexts, type PodTextRow } from './pod-text-statements.ts'
import { readRecords, withRunningLines } from '#query/pods/read-records.ts'
import type { Item } from '../api/api-object.ts'
import { podObject } from './pod-object.ts'
import { podCells } from './pod-row.ts'
import { toldObject } from '../api/reported-object.ts'
import { podJson, type PodRecord } from '#shared/pod-model/record.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import type { NamedPod } from './read-named-pods.ts'

export interface PodItemOptions {
  reading: Reading
  tenant: string
  /** What is shown: the object with its seal, the object, or its metadata at most. */
  depth: 'sealed' | 'object' | 'metadata'
  nowMs: number
  /** Records that were read already; others are read. */
  records?: ReadonlyMap<string, PodRecord>
}

export interface ShownPod extends Pick<NamedPod, 'uid'> {
  /** The name that the answer shows. */
  shown: string
}

/** One for each pod that has a record, in their order: a record may have gone since its handle was read. */
export async function podItems(
  { reading, tenant, depth, nowMs, records }: PodItemOptions,
  named: readonly ShownPod[],
): Promise<Item[]> {
  if (named.length === 0) return []
  const uids = named.map(({ uid }) => uid)
  const sealed = depth === 'sealed'
  const [byUid, texts] = await Promise.all([
    records ?? readRecords(reading, tenant, uids),
    reading.rows<PodTextRow>(podTexts(tenant, uids, depth !== 'metadata')),
  ])
  const pods = named.filter(({ uid }) => byUid.has(uid))
  const known = pods.map(({ uid }) => byUid.get(uid)!)
  const now = sealed ? await withRunningLines(reading, tenant, known) : known
  const textOf = new Map(texts.map((text) => [text.uid, text]))
  return pods.map(({ uid, shown }, i) => {
    const text = textOf.get(uid)
    const told = text === undefined || text.object === '' ? undefined : toldObject(text.object)
    // An object that is not stored any more has left its labels in the record.
    const { over, lives, createdAt } = now[i]!
    const cause = sealed ? now[i]!.cause : ''
    const rendered = { pod: podJson(now[i]!), verdict: { over }, lives }
    const labels = text?.labels ?? now[i]!.labels
    const object = podObject({ name: shown, rendered, cause, row: text ?? null, told, labels, counted: sealed })
    return { object, cells: podCells(shown, rendered, text?.createdAt ?? createdAt, nowMs) }
  })
}
