// Drops what is older than its class is kept: whole partitions of `logs`, so that expired lines are gone from the disk and not only from
// answers. Before one is dropped, what outlives its lines is stored. What fails of that is tried a bounded number of times, then the day is
// dropped without it and said to be inexact; no day waits for another. Several processes may do it at once.
import { alterTable } from '#shared/clickhouse/cluster-names.ts'
import { raw, sql } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { AfterlogError } from '#shared/errors.ts'
import type { Logger } from '#shared/logger.ts'
import { lastWordsClass, type RetentionSettings } from '#shared/retention/retention.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { createInexactDays } from '#shared/retention/inexact-days.ts'
import { ended, storedPartitions, type Partition } from '#shared/retention/partitions.ts'
import { createDayPreparer, unprepared, type DayPods, type PreparedDay } from './prepare-day.ts'
import { createReservedRoom } from './reserved-room.ts'
import type { BlockedDay } from '#shared/retention/blocked-day.ts'
import { afterFailedDrop, afterFailure } from './tries.ts'

export interface ExpiryOptions {
  store: LogStore
  reading: Reading
  pods: DayPods
  log: Logger
}

export interface Expired extends Partition {
  /** Everything that outlives the lines was stored before. */
  exact: boolean
}

export interface Expiry {
  /** Drops what has ended by now and is due. Resolves to what it dropped; why others could not be is in `blocked`. */
  run(settings: RetentionSettings, nowMs: number, signal?: AbortSignal): Promise<Expired[]>
  /** By partition id. */
  readonly blocked: ReadonlyMap<string, BlockedDay>
}

export function createExpiry({ store, reading, pods, log }: ExpiryOptions): Expiry {
  const preparer = createDayPreparer({ store, reading, pods })
  const room = createReservedRoom(store)
  const inexact = createInexactDays(store)
  const blocked = new Map<string, BlockedDay>()
  const prepared = new Map<string, PreparedDay>()

  async function run(settings: RetentionSettings, nowMs: number, signal?: AbortSignal): Promise<Expired[]> {
    const dropped: Expired[] = []
    const due = ended(await storedPartitions(store), settings, nowMs)
    forgetAllBut(due)
    // Last words need nothing before: what they free helps the others.
    for (const partition of due.toSorted((a, b) => Number(needsAll(a)) - Number(needsAll(b)))) {
      if (signal?.aborted === true) break
      if ((blocked.get(partition.id)?.nextTryMs ?? 0) > nowMs) continue
      const one = await expire(partition, settings, nowMs, signal)
      if (one !== undefined) dropped.push(one)
    }
    await inexact.write().catch((error: unknown) => log.warn({ err: error }, 'which days are inexact could not be stored yet'))
    await room.take()
    return dropped
  }

  /** Undefined where it stays for now. */
  async function expire(
    partition: Partition,
    settings: RetentionSettings,
    nowMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Expired | undefined> {
    const { id, day, class: name, rows, bytes } = partition
    let missing: string | undefined
    try {
      if (needsAll(partition)) await preparer.prepare(partition, stateOf(partition), settings, nowMs, signal)
      if (!(await isAsItWas(partition))) throw new Error('lines came meanwhile')
    } catch (error) {
      if (signal?.aborted === true) return undefined
      const { givesUp, ...failed } = afterFailure(blocked.get(id), error, nowMs)
      blocked.set(id, failed)
      if (!givesUp) {
        log.warn(
          { err: error, day, class: name, tries: failed.tries },
          'what outlives expired lines is not stored yet; trying again',
        )
        return undefined
      }
      missing = failed.reason
    }
    try {
      await drop(id)
    } catch (error) {
      blocked.set(id, afterFailedDrop(blocked.get(id), error, nowMs))
      log.warn({ err: error, day, class: name }, 'expired lines could not be dropped; trying again')
      return undefined
    }
    blocked.delete(id)
    const windows = prepared.get(id)?.windows ?? 0
    if (missing === undefined) log.info({ day, class: name, rows, bytes, windows }, 'expired lines dropped')
    else {
      inexact.add({ day, class: name, droppedMs: nowMs, reason: missing })
      log.error(
        { day, class: name, rows, bytes, reason: missing },
        'expired lines dropped before all that outlives them was stored',
      )
    }
    return { ...partition, exact: missing === undefined }
  }

  /** On a full disk the room that is kept for it is given first. */
  async function drop(id: string): Promise<void> {
    const statement = { sql: alterTable(store, 'logs', sql`DROP PARTITION ID ${raw(quoted(id))}`) }
    try {
      await store.command(statement)
    } catch (error) {
      if (!(error instanceof AfterlogError) || error.code !== 'store-full') throw error
      await room.give()
      await store.command(statement)
    }
  }

  /** What is prepared counts as long as no line came. */
  function stateOf(partition: Partition): PreparedDay {
    const before = prepared.get(partition.id)
    const state = before?.block === partition.newestBlock ? before : unprepared(partition)
    prepared.set(partition.id, state)
    return state
  }

  function forgetAllBut(due: readonly Partition[]): void {
    const ids = new Set(due.map(({ id }) => id))
    for (const map of [blocked, prepared]) for (const id of map.keys()) if (!ids.has(id)) map.delete(id)
  }

  /** No line came into it since it was looked at: a copy may have missed it. */
  async function isAsItWas({ id, newestBlock }: Partition): Promise<boolean> {
    const now = (await storedPartitions(store)).find((partition) => partition.id === id)
    return now === undefined || now.newestBlock === newestBlock
  }

  return { run, blocked }
}

const needsAll = ({ class: name }: Partition): boolean => name !== lastWordsClass

/** Partition ids are letters, digits and dashes. */
function quoted(id: string): string {
  if (!/^[\w-]+$/.test(id)) throw new Error(`not a partition id: ${id}`)
  return `'${id}'`
}
