// Pods that died and of which nothing was told since: what was written of them then is what would be found out now.
import { keptSummaries, type KeptRow } from '#query/plan/kept-pods.ts'
import type { PodKey } from '#query/plan/pods.ts'
import { lacksLines, withKeptSeals } from '#query/render/kept-obituary.ts'
import type { PodJson } from '#query/render/pod.ts'
import type { Summary } from '#query/render/summary.ts'
import { readMarks } from './pod-keys.ts'
import type { Reading } from './reading.ts'

/** Whether nothing was stored about the pod since the row was written. `mark`: PodKey.marked. */
export const isAsItWas = ({ marked, summary }: KeptRow, mark: string | undefined): boolean => summary !== '' && marked === mark

export interface KeptPods {
  /** Begins to read what was written of these, which may not be the right ones. */
  ahead(uids: readonly string[]): void
  /** Of those, who has nothing written. */
  unwritten(): Promise<string[]>
  /** Of those that are as they were, by uid. */
  of(keys: readonly Pick<PodKey, 'uid' | 'marked'>[]): Promise<Map<string, Summary>>
}

export function createKeptPods({ rows }: Pick<Reading, 'rows'>, tenant: string): KeptPods {
  let begun: { uids: ReadonlySet<string>; rows: Promise<KeptRow[]> } = { uids: new Set(), rows: Promise.resolve([]) }
  const read = (uids: readonly string[]): Promise<KeptRow[]> =>
    uids.length === 0 ? Promise.resolve([]) : rows<KeptRow>(keptSummaries(tenant, uids))
  return {
    ahead(uids) {
      begun = { uids: new Set(uids), rows: read(uids) }
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
      const kept = (await Promise.all([markOf.size === others.length ? [] : begun.rows, read(others)])).flat()
      return new Map(
        kept.filter((row) => isAsItWas(row, markOf.get(row.uid))).map((row) => [row.uid, JSON.parse(row.summary) as Summary]),
      )
    },
  }
}

/** The same for pods of which only uids are known. */
export async function keptPodsOf(
  reading: Pick<Reading, 'rows'>,
  tenant: string,
  uids: readonly string[],
): Promise<Map<string, Summary>> {
  const kept = createKeptPods(reading, tenant)
  kept.ahead(uids)
  const marks = await readMarks(reading, tenant, uids)
  return kept.of([...marks].map(([uid, marked]) => ({ uid, marked })))
}

/** The pods with the seals that were written before lines of theirs expired. */
export async function withSealsKept<Pod extends PodJson>(
  { rows }: Pick<Reading, 'rows'>,
  tenant: string,
  pods: readonly Pod[],
): Promise<Pod[]> {
  const asked = pods.filter(({ containers }) => containers.some(({ lives }) => lives.some(lacksLines)))
  if (asked.length === 0) return [...pods]
  const kept = await rows<KeptRow>(
    keptSummaries(
      tenant,
      asked.map(({ uid }) => uid),
    ),
  )
  const keptOf = new Map(
    kept.flatMap(({ uid, summary }) => (summary === '' ? [] : [[uid, (JSON.parse(summary) as Summary).pod] as const])),
  )
  return pods.map((pod) => {
    const before = keptOf.get(pod.uid)
    return before === undefined ? pod : { ...pod, containers: withKeptSeals(pod.containers, before) }
  })
}
