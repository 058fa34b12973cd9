// Remembers which lives of a pod run, since lines of running lives change no record and need no projection, and which
// have ended, since their lines have to be counted again. A pod that this process has not projected yet is read from
// its record, which names those that run.
import type { RowReading } from '#shared/store-reading/reading.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import { newestRecords, recordIn, storedRecords, type StoredRecord } from '#shared/stored-pods/stored-records.ts'

export interface KnownPod {
  /** Hashes as pod_change_feed has them. Few: arrays take a tenth of what sets would, of 200,000 pods. */
  runningLives: readonly string[]
  /** Of lives that ended with lines; undefined where that is not known. */
  endedLives: readonly string[] | undefined
  lines: number
}

export interface KnownPods {
  /** Reads the records of those of these pods that it does not remember. */
  load(pods: readonly { tenant: string; uid: string }[]): Promise<void>
  /** `uid`: that lines were sent with. undefined where the pod has no record. */
  get(tenant: string, uid: string): KnownPod | undefined
  /** `lives`: hashes of all lives of the pod that have lines, where they are known. */
  set(tenant: string, record: PodRecord, lives?: ReadonlySet<string>): void
}

/** Pods that are remembered at most; the ones set longest ago are forgotten. */
const podsMax = 200_000
/** Lives of a pod that are remembered. */
const livesMax = 100
/** Pods that one statement reads. */
const podsAtOnce = 400

export function createKnownPods({ rows }: Pick<RowReading, 'rows'>): KnownPods {
  const known = new Map<string, KnownPod>()
  const keyOf = (tenant: string, uid: string): string => `${tenant} ${uid}`
  const set = (tenant: string, { selectors, lives }: PodRecord, withLines?: ReadonlySet<string>): void => {
    const lines = lives.reduce((sum, life) => sum + life.lines, 0)
    const { runningLives } = selectors
    const endedLives =
      withLines === undefined || withLines.size > livesMax
        ? undefined
        : [...withLines.difference(new Set(runningLives))]
    const pod = { runningLives, endedLives, lines }
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
