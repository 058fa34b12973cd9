// Stores what outlives the lines of a day before the day is dropped: numbers of lines, records, obituaries and last
// words. Where some pods fail, the next try does those alone, unless new lines of the day have come (decision 0011).
import type { LogStore } from '#shared/clickhouse/store.ts'
import { lastWordsClass, type RetentionSettings } from '#shared/retention/retention.ts'
import {
  copySettings,
  copyWords,
  podsOfPartition,
  wordsWindows,
  type WordsWindow,
} from '#projector/obituaries/last-words-windows.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { renderPod, type PodFacts } from '#shared/pod-model/pod.ts'
import { inHalves, type Failure } from '../in-halves.ts'
import { countDay } from './count-day.ts'
import { dayStartMs, endsAt, type Partition } from '#shared/retention/partitions.ts'

export interface PrepareDayOptions {
  store: LogStore
  reading: Reading
  pods: DayPods
}

/** The projection, as the preparation of a day needs it. */
export interface DayPods {
  /**
   * Stores records and obituaries with all lines of these pods; ended lives that a record has are not counted again.
   * Resolves to the facts.
   */
  bringUpToDate(tenant: string, uids: readonly string[]): Promise<PodFacts[]>
}

export interface PreparedDay {
  /** The newest insert of the partition when the preparation began. */
  block: string
  counted: boolean
  /** Pods whose records and last words are still to be stored; undefined: all pods of the day. */
  missing: PodName[] | undefined
  /** How many windows of last words were copied. */
  windows: number
}

interface PodName {
  tenant: string
  uid: string
}

const podsAtOnce = 400
/** Windows of one statement, whose text is 256 KB at most: a window has three names of up to 253 characters. */
const windowsAtOnce = 100

export interface DayPreparer {
  /** Goes on from `before`, and notes in it what is done. Rejects where a pod failed. */
  prepare(
    partition: Partition,
    before: PreparedDay,
    settings: RetentionSettings,
    nowMs: number,
    signal?: AbortSignal,
  ): Promise<void>
}

export const unprepared = ({ newestBlock }: Partition): PreparedDay => ({
  block: newestBlock,
  counted: false,
  missing: undefined,
  windows: 0,
})

export function createDayPreparer({ store, reading, pods: dayPods }: PrepareDayOptions): DayPreparer {
  async function storeSome(
    { id, day }: Partition,
    tenant: string,
    uids: readonly string[],
    { words, signal }: { words: RetentionSettings['lastWords'] | undefined; signal: AbortSignal | undefined },
  ): Promise<number> {
    const pods = await dayPods.bringUpToDate(tenant, uids)
    const windows =
      words === undefined
        ? []
        : pods.flatMap((facts) => wordsWindows(tenant, facts, renderPod(facts), words)).filter(onDay(day))
    const common = { settings: copySettings, ...(signal === undefined ? {} : { signal }) }
    for (let from = 0; from < windows.length; from += windowsAtOnce)
      await store.command({ sql: copyWords(id, windows.slice(from, from + windowsAtOnce)), ...common })
    return windows.length
  }

  return {
    async prepare(partition, before, settings, nowMs, signal) {
      if (!before.counted) await countDay(partition, { store, reading, signal })
      before.counted = true
      const pods = before.missing ?? (await reading.rows<PodName>(podsOfPartition(partition.id)))
      // Nothing is copied where last words of the day have expired too.
      const words =
        endsAt({ day: partition.day, class: lastWordsClass }, settings) > nowMs ? settings.lastWords : undefined
      const failures: Failure<PodName>[] = []
      for (const [tenant, ofTenant] of Map.groupBy(pods, (pod) => pod.tenant)) {
        for (let from = 0; from < ofTenant.length; from += podsAtOnce) {
          const uids = ofTenant.slice(from, from + podsAtOnce).map(({ uid }) => uid)
          const run = async (some: readonly string[]): Promise<void> => {
            before.windows += await storeSome(partition, tenant, some, { words, signal })
          }
          for (const { item, error } of await inHalves(uids, run, signal))
            failures.push({ item: { tenant, uid: item }, error })
        }
      }
      before.missing = failures.map(({ item }) => item)
      const [first] = failures
      if (first === undefined) return
      const others = failures.length === 1 ? '' : ` (and ${failures.length - 1} more)`
      throw new Error(`record or last words of pod ${first.item.uid}${others}: ${first.error.message}`, {
        cause: first.error,
      })
    },
  }
}

const dayNs = 86_400_000_000_000n

function onDay(day: number): (window: WordsWindow) => boolean {
  const start = BigInt(dayStartMs(day)) * 1_000_000n
  return ({ from, to }) => from < start + dayNs && to > start
}
