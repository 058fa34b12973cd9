// Pods that died and of which nothing was told since: what was written of them then is what would be found out now.
import { keptSummaries } from '#query/plan/kept-pods.ts'
import type { PodKey } from '#query/plan/pods.ts'
import { lacksLines, withKeptSeals } from '#query/render/kept-obituary.ts'
import type { PodJson } from '#shared/pod-model/pod.ts'
import type { Summary } from '#query/render/summary.ts'
import { BinaryRows } from './binary-rows.ts'
import { readMarks } from './pod-keys.ts'
import type { RowReading } from './reading.ts'

export interface KeptRow {
  uid: string
  /** As DocumentRow.marked. */
  marked: string
  lines: bigint
  /** JSON of a Summary; empty where the document was written before there was one. */
  summary: Buffer
}

/** What was written of these. */
export async function readKept(reading: RowReading, tenant: string, uids: readonly string[]): Promise<KeptRow[]> {
  if (uids.length === 0) return []
  const rows = new BinaryRows(await reading.binary(keptSummaries(tenant, uids)))
  const kept: KeptRow[] = []
  while (!rows.ended) kept.push({ uid: rows.text(), marked: String(rows.int64()), lines: rows.uint64(), summary: rows.raw() })
  return kept
}

/** Whether nothing was stored about the pod since the row was written. `mark`: PodKey.marked. */
export const isAsItWas = (
  { marked, summary }: { marked: string; summary: { length: number } },
  mark: string | undefined,
): boolean => summary.length > 0 && marked === mark

export interface KeptPods {
  /** Begins to read what was written of these, which may not be the right ones. */
  ahead(uids: readonly string[]): void
  /** Of those, who has nothing written. */
  unwritten(): Promise<string[]>
  /** Of those that are as they were, by uid: JSON of a Summary. */
  of(keys: readonly Pick<PodKey, 'uid' | 'marked'>[]): Promise<Map<string, Buffer>>
}

export function createKeptPods(reading: RowReading, tenant: string): KeptPods {
  let begun: { uids: ReadonlySet<string>; rows: Promise<KeptRow[]> } = { uids: new Set(), rows: Promise.resolve([]) }
  return {
    ahead(uids) {
      begun = { uids: new Set(uids), rows: readKept(reading, tenant, uids) }
      // Whoever awaits them is told; nobody may come to it.
      begun.rows.catch(() => {})
    },
    async unwritten() {
      const written = new Set((await begun.rows).map(({ uid }) => uid))
      return [...begun.uids].filter((uid) => !written.has(uid))
    },
    async of(keys) {
      const markOf = new Map(keys.map(({ uid, marked }) => [uid, marked]))
      const others = [...markOf.keys()].filter((uid) => !begun.uids.has(uid))
      const kept = await Promise.all([markOf.size === others.length ? [] : begun.rows, readKept(reading, tenant, others)])
      return new Map(
        kept
          .flat()
          .filter((row) => isAsItWas(row, markOf.get(row.uid)))
          .map(({ uid, summary }) => [uid, summary]),
      )
    },
  }
}

/** The same for pods of which only uids are known. */
export async function keptPodsOf(reading: RowReading, tenant: string, uids: readonly string[]): Promise<Map<string, Summary>> {
  const kept = createKeptPods(reading, tenant)
  kept.ahead(uids)
  const marks = await readMarks(reading, tenant, uids)
  const summaries = await kept.of([...marks].map(([uid, marked]) => ({ uid, marked })))
  return new Map([...summaries].map(([uid, summary]) => [uid, parsed(summary)]))
}

const parsed = (summary: Buffer): Summary => JSON.parse(summary.toString()) as Summary

/** The pods with the seals that were written before lines of theirs expired. */
export async function withSealsKept<Pod extends PodJson>(
  reading: RowReading,
  tenant: string,
  pods: readonly Pod[],
): Promise<Pod[]> {
  const asked = pods.filter(({ containers }) => containers.some(({ lives }) => lives.some(lacksLines)))
  if (asked.length === 0) return [...pods]
  const kept = await readKept(
    reading,
    tenant,
    asked.map(({ uid }) => uid),
  )
  const keptOf = new Map(kept.flatMap(({ uid, summary }) => (summary.length === 0 ? [] : [[uid, parsed(summary).pod] as const])))
  return pods.map((pod) => {
    const before = keptOf.get(pod.uid)
    return before === undefined ? pod : { ...pod, containers: withKeptSeals(pod.containers, before) }
  })
}
