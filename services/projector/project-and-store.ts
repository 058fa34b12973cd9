// Projects some pods and stores their records and obituaries. Two projectors at work on one pod leave one record: that
// of the projector that read the facts later, which has the higher revision (decision 0016).
import { settleAll } from '#shared/settle-all.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { readStoreMicros } from '#shared/store-reading/store-clock.ts'
import { absorbFragments } from './fragments/absorb-fragments.ts'
import { writeObituaries } from './obituaries/write-obituaries.ts'
import { project, type ProjectedPod, type ProjectOptions } from './project.ts'
import { writeRecords } from './write-records.ts'

export type StoreOptions = Pick<ProjectOptions, 'reuseCounts' | 'countedLinesMax'>

export interface StoredPods {
  pods: ProjectedPod[]
  /** Other pods that have to be projected too. */
  related: string[]
  /** How many obituaries were written. */
  obituaries: number
}

/** `uids`: of pods, of log paths, or unresolved:…, at most some hundreds. */
export async function projectAndStore(
  store: LogStore,
  reading: Reading,
  tenant: string,
  uids: readonly string[],
  options: StoreOptions = {},
): Promise<StoredPods> {
  const readAndProject = async () => {
    const revision = await readStoreMicros(reading)
    const began = performance.now()
    return { revision, began, ...(await project(reading, tenant, uids, options)) }
  }
  let projected = await readAndProject()
  const fragmentUids = [...new Set(projected.pods.flatMap((pod) => pod.fragmentUids))]
  if (fragmentUids.length > 0 && (await absorbFragments(store, reading, tenant, fragmentUids)) > 0)
    projected = await readAndProject()
  const { revision, began, pods, absent, related, stored } = projected
  const records = pods.map(({ record, factsAt, linesAt, isLarge }) => ({
    record,
    watermark: factsAt,
    linesAt,
    isLarge,
  }))
  const now = Math.floor(Number(revision) / 1000 + performance.now() - began)
  const [obituaries] = await settleAll([
    writeObituaries(store, reading, { tenant, revision, pods }),
    writeRecords(store, { tenant, revision, now, records, absent, stored }),
  ])
  return { pods, related, obituaries }
}
