// Drops what is older than its class is kept: whole partitions of `logs`, so that expired lines are gone from the disk and not only from
// answers. Before one is dropped its lines are counted, last words are copied and obituaries written; what fails blocks the drop, is told
// in the log, by a metric and by GET /v1/retention, and is tried again. Several processes may do it at once.
import { alterTable } from '#shared/clickhouse/cluster-names.ts'
import { raw, sql } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { Logger } from '#shared/logger.ts'
import { lastWordsClass, type RetentionSettings } from '#shared/retention.ts'
import { copySettings, copyWords, keepCounts, podsOfPartition, wordsWindows, type WordsWindow } from '#query/plan/last-words.ts'
import type { Reading } from '#query/read/reading.ts'
import { renderPod } from '#shared/pod-model/pod.ts'
import { apiUids } from './api-uids.ts'
import type { Obituaries } from './obituaries.ts'
import { inHalves, type Failure } from './in-halves.ts'
import { ended, endsAt, storedPartitions, type Partition } from './partitions.ts'

export interface ExpiryOptions {
  store: LogStore
  reading: Reading
  obituaries: Obituaries
  log: Logger
}

export interface Expiry {
  /** Drops what has ended by now. Resolves to what it dropped; why others could not be is in `blocked`. */
  run(settings: RetentionSettings, nowMs: number, signal?: AbortSignal): Promise<Partition[]>
  /** By partition id, of the last run. */
  readonly blocked: ReadonlyMap<string, string>
}

const podsAtOnce = 400
/** A statement takes 256 KB of text; a window has three names of up to 253 characters. */
const windowsAtOnce = 100

export function createExpiry({ store, reading, obituaries, log }: ExpiryOptions): Expiry {
  let blocked: ReadonlyMap<string, string> = new Map()

  async function run(settings: RetentionSettings, nowMs: number, signal?: AbortSignal): Promise<Partition[]> {
    const failures = new Map<string, string>()
    const dropped: Partition[] = []
    const stopped = (): boolean => signal?.aborted === true
    for (const partition of ended(await storedPartitions(store), settings, nowMs)) {
      if (stopped()) break
      const { day, class: name, rows, bytes } = partition
      try {
        const words = name === lastWordsClass ? 0 : await prepare(partition, settings, nowMs, signal)
        if (!(await isAsItWas(partition))) throw new Error('lines came meanwhile')
        await store.command({ sql: alterTable(store, 'logs', sql`DROP PARTITION ID ${raw(quoted(partition.id))}`) })
        dropped.push(partition)
        log.info({ day, class: name, rows, bytes, windows: words }, 'expired lines dropped')
      } catch (error) {
        if (stopped()) break
        failures.set(partition.id, (error as Error).message)
        log.warn({ err: error, day, class: name }, 'expired lines stay until what outlives them is kept; trying again')
      }
    }
    blocked = failures
    return dropped
  }

  /** Resolves to the number of windows that were copied, once everything that outlives the lines is stored. */
  async function prepare(
    partition: Partition,
    settings: RetentionSettings,
    nowMs: number,
    signal?: AbortSignal,
  ): Promise<number> {
    const { id, day } = partition
    const common = { settings: copySettings, ...(signal === undefined ? {} : { signal }) }
    await store.command({ sql: keepCounts(id, day), ...common })
    // Where lines are kept longer than last words, nothing is left to copy.
    const wanted = endsAt({ day, class: lastWordsClass }, settings) > nowMs
    const pods = await reading.rows<{ tenant: string; uid: string }>(podsOfPartition(id))
    const failures: Failure<string>[] = []
    let copied = 0
    for (const [tenant, rows] of Map.groupBy(pods, (pod) => pod.tenant)) {
      for (let from = 0; from < rows.length; from += podsAtOnce) {
        const uids = rows.slice(from, from + podsAtOnce).map(({ uid }) => uid)
        const keepSome = async (some: readonly string[]): Promise<void> => {
          const dead = await obituaries.read(tenant, some, 'all')
          const windows = wanted
            ? dead.flatMap(({ facts }) => wordsWindows(tenant, facts, renderPod(facts), settings.lastWords))
            : []
          for (const chunk of chunks(windows.filter(onDay(day)), windowsAtOnce))
            await store.command({ sql: copyWords(id, chunk), ...common })
          await obituaries.write(tenant, dead, 'lines')
          copied += windows.length
        }
        failures.push(...(await inHalves(await apiUids(reading, tenant, uids), keepSome, signal)))
      }
    }
    const [first] = failures
    if (first !== undefined) throw new Error(`of pod ${first.item}: ${first.error.message}`, { cause: first.error })
    return copied
  }

  /** No line came into it since it was looked at: a copy may have missed it. */
  async function isAsItWas({ id, newestBlock }: Partition): Promise<boolean> {
    const now = (await storedPartitions(store)).find((partition) => partition.id === id)
    return now === undefined || now.newestBlock === newestBlock
  }

  return {
    run,
    get blocked() {
      return blocked
    },
  }
}

const dayNs = 86_400_000_000_000n

function onDay(day: number): (window: WordsWindow) => boolean {
  const text = String(day)
  const start = BigInt(Date.parse(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}T00:00:00Z`)) * 1_000_000n
  return ({ from, to }) => from < start + dayNs && to > start
}

function* chunks<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size)
}

/** Partition ids are letters, digits and dashes. */
function quoted(id: string): string {
  if (!/^[\w-]+$/.test(id)) throw new Error(`not a partition id: ${id}`)
  return `'${id}'`
}
