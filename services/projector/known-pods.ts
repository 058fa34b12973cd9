// Remembers which lives of a pod run, since lines of running lives change no record and need no projection. A pod that
// this process has not projected yet is read from its record.
import type { RowReading } from '#shared/store-reading/reading.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import { newestRecords, recordIn, storedRecords, type StoredRecord } from '#shared/stored-pods/stored-records.ts'

export interface KnownPod {
  /** Hashes as pod_change_feed has them. */
  runningLives: ReadonlySet<string>
  lines: number
}

export interface KnownPods {
  /** Reads the records of those of these pods that it does not remember. */
  load(pods: readonly { tenant: string; uid: string }[]): Promise<void>
  /** `uid`: that lines were sent with. undefined where the pod has no record. */
  get(tenant: string, uid: string): KnownPod | undefined
  set(tenant: string, record: PodRecord): void
}

/** Pods that are remembered at most; the ones set longest ago are forgotten. */
const podsMax = 200_000
/** Pods that one statement reads. */
const podsAtOnce = 400

export function createKnownPods({ rows }: Pick<RowReading, 'rows'>): KnownPods {
  const known = new Map<string, KnownPod>()
  const keyOf = (tenant: string, uid: string): string => `${tenant} ${uid}`
  const set = (tenant: string, { selectors, lives }: PodRecord): void => {
    const lines = lives.reduce((sum, life) => sum + life.lines, 0)
    const pod = { runningLives: new Set(selectors.runningLives), lines }
    for (const uid of selectors.uids) {
      known.delete(keyOf(tenant, uid))
      known.set(keyOf(tenant, uid), pod)
    }
    while (known.size > podsMax) known.delete(known.keys().next().value!)
  }
  return {
    async load(pods) {
      const unknown = pods.filter(({ tenant, uid }) => !known.has(keyOf(tenant, uid)))
      for (const [tenant, ofTenant] of Map.groupBy(unknown, (pod) => pod.tenant)) {
        const uids = [...new Set(ofTenant.map(({ uid }) => uid))]
        for (let from = 0; from < uids.length; from += podsAtOnce) {
          const stored = await rows<StoredRecord>(storedRecords(tenant, uids.slice(from, from + podsAtOnce)))
          for (const row of newestRecords(stored).values()) {
            const record = recordIn(row)
            if (record !== undefined) set(tenant, record)
          }
        }
      }
    },
    get: (tenant, uid) => known.get(keyOf(tenant, uid)),
    set,
  }
}
