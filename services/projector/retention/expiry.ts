// Drops expired partitions of `logs`, once records, numbers of lines and last words of their pods are stored. A
// preparation that fails is tried a bounded number of times; then the day is dropped and noted as inexact. No day waits
// for another, and several processes may do this at once (decision 0011).
import { alterTable } from '#shared/clickhouse/cluster-names.ts'
import type { BrokenParts } from '#shared/broken-parts.ts'
import { raw, sql } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { AfterlogError } from '#shared/errors.ts'
import type { Logger } from '#shared/logger.ts'
import { heldBack, lastWordsClass, type RetentionSettings } from '#shared/retention/retention.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { podsOfDay } from '../count-lines/day-counts.ts'
import { createInexactDays, type PodOfDay } from '#shared/retention/inexact-days.ts'
import { ended, endsByRule, storedPartitions, type Partition } from '#shared/retention/partitions.ts'
import { createDayPreparer, unprepared, type DayPods, type PreparedDay } from './prepare-day.ts'
import { createReservedRoom } from '#shared/retention/reserved-room.ts'
import type { BlockedDay } from '#shared/retention/blocked-day.ts'
import { afterFailedDrop, afterFailure, isWaiting } from './tries.ts'

export interface ExpiryOptions {
  store: LogStore
  reading: Reading
  pods: DayPods
  log: Logger
  /** Tells the list of parts which partition is dropped. */
  whileDropping?: BrokenParts['whileDropping']
}

/** ms since 1970. */
export interface ExpiryTimes {
  /** By the wall clock: when days are tried again. */
  nowMs: number
  /** Days that have ended by this time are dropped. */
  trustedMs: number
  /** Why the wall clock is not trusted. */
  mistrust?: string
}

export interface Expired extends Partition {
  /** Whether all that outlives the lines was stored before they were dropped. */
  exact: boolean
}

export interface Expiry {
  /** Drops expired partitions that are due; resolves to those. `blocked` has the others with their reasons. */
  run(settings: RetentionSettings, times: ExpiryTimes, signal?: AbortSignal): Promise<Expired[]>
  /** Expired partitions that could not be dropped yet, by id. */
  readonly blocked: ReadonlyMap<string, BlockedDay>
  /** Classes of which nothing is dropped, with why. */
  readonly heldBack: ReadonlyMap<string, string>
}

const untold: BrokenParts['whileDropping'] = (_, drop) => drop()

export function createExpiry({ store, reading, pods, log, whileDropping = untold }: ExpiryOptions): Expiry {
  const preparer = createDayPreparer({ store, reading, pods })
  const room = createReservedRoom(store)
  const inexact = createInexactDays(store)
  const blocked = new Map<string, BlockedDay>()
  const held = new Map<string, string>()
  const prepared = new Map<string, PreparedDay>()

  async function run(
    settings: RetentionSettings,
    { nowMs, trustedMs, mistrust }: ExpiryTimes,
    signal?: AbortSignal,
  ): Promise<Expired[]> {
    const dropped: Expired[] = []
    const stored = await storedPartitions(store)
    const due = ended(stored, settings, trustedMs)
    forgetAllBut(due)
    noteHeldBack(new Set(stored.map((partition) => partition.class)), settings)
    // Last words need no preparation, so they go first: the others may need the room.
    for (const partition of due.toSorted((a, b) => Number(needsPreparation(a)) - Number(needsPreparation(b)))) {
      if (signal?.aborted === true) break
      if (isWaiting(blocked.get(partition.id), nowMs)) continue
      const one = await expire(partition, settings, nowMs, signal)
      if (one !== undefined) dropped.push(one)
    }
    for (const partition of stored) {
      const reason = held.get(partition.class) ?? mistrust
      if (reason !== undefined && endsByRule(partition, settings) <= nowMs && !due.includes(partition))
        blocked.set(partition.id, { reason, tries: 0, nextTryMs: Infinity })
    }
    await writeInexact('the next pass tries again')
    await room.take()
    return dropped
  }

  function noteHeldBack(classes: ReadonlySet<string>, settings: RetentionSettings): void {
    const before = new Set(held.keys())
    held.clear()
    for (const name of classes) {
      const reason = heldBack(settings, name)
      if (reason === undefined) continue
      held.set(name, reason)
      if (!before.has(name)) log.warn({ class: name }, `lines of class ${name} do not expire: ${reason}`)
    }
  }

  /** undefined where the partition stays for now. */
  async function expire(
    partition: Partition,
    settings: RetentionSettings,
    nowMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Expired | undefined> {
    const { id, day, class: name, rows, bytes } = partition
    let missing: string | undefined
    try {
      if (needsPreparation(partition)) await preparer.prepare(partition, stateOf(partition), settings, nowMs, signal)
      if (!(await isUnchanged(partition))) throw new Error('new lines came while the day was prepared')
    } catch (error) {
      if (signal?.aborted === true) return undefined
      const { givesUp, ...failed } = afterFailure(blocked.get(id), error, nowMs)
      blocked.set(id, failed)
      if (!givesUp) {
        log.warn(
          { err: error, day, class: name, tries: failed.tries },
          `lines of ${day} (${name}) have expired but stay: what outlives them could not be stored; trying again`,
        )
        return undefined
      }
      missing = failed.reason
      await noteInexact(partition, missing, nowMs)
    }
    try {
      await whileDropping(id, () => drop(id))
    } catch (error) {
      blocked.set(id, afterFailedDrop(blocked.get(id), error, nowMs))
      log.warn({ err: error, day, class: name }, `expired lines of ${day} (${name}) could not be dropped; trying again`)
      return undefined
    }
    blocked.delete(id)
    const windows = prepared.get(id)?.windows ?? 0
    if (missing === undefined) log.info({ day, class: name, rows, bytes, windows }, 'expired lines dropped')
    else
      log.error(
        { day, class: name, rows, bytes, reason: missing },
        `expired lines of ${day} (${name}) dropped, but not all that outlives them is stored: ` +
          'GET /v1/retention lists the day as inexact',
      )
    return { ...partition, exact: missing === undefined }
  }

  /** Numbers of lines of the day are not exact from now on. A full disk takes the note after the drop. */
  async function noteInexact({ id, day, class: name }: Partition, reason: string, nowMs: number): Promise<void> {
    const podsOfIt = await reading.rows<PodOfDay>(podsOfDay(id)).catch((error: unknown) => {
      log.warn({ err: error, day, class: name }, `pods with lines of ${day} (${name}) could not be read`)
      return []
    })
    inexact.add({ day, class: name, droppedMs: nowMs, reason }, podsOfIt)
    await writeInexact('it is tried again once the day is dropped')
  }

  const writeInexact = (next: string): Promise<void> =>
    inexact
      .write()
      .catch((error: unknown) => log.warn({ err: error }, `the list of inexact days could not be stored; ${next}`))

  /** On a full disk the reserved room is freed first. */
  async function drop(id: string): Promise<void> {
    const dropFrom = (table: string): Promise<void> =>
      store.command({ sql: alterTable(store, table, sql`DROP PARTITION ID ${raw(quoted(id))}`) })
    try {
      await dropFrom('logs')
    } catch (error) {
      if (!(error instanceof AfterlogError) || error.code !== 'store-full') throw error
      await room.give()
      await dropFrom('logs')
    }
    // Names of rows that are gone, a few bytes each.
    for (const table of ['absorbed_lines', 'absorbed_lines_copy'])
      await dropFrom(table).catch((error: unknown) =>
        log.warn({ err: error, partition: id }, 'names of expired fragments could not be dropped, and stay'),
      )
  }

  /** What is prepared of a partition; nothing once a new line has come. */
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

  /** Whether no line has come since the preparation began: a copy of last words might lack it. */
  async function isUnchanged({ id, newestBlock }: Partition): Promise<boolean> {
    const now = (await storedPartitions(store)).find((partition) => partition.id === id)
    return now === undefined || now.newestBlock === newestBlock
  }

  return { run, blocked, heldBack: held }
}

const needsPreparation = ({ class: name }: Partition): boolean => name !== lastWordsClass

function quoted(id: string): string {
  if (!/^[\w-]+$/.test(id))
    throw new Error(`${JSON.stringify(id)} is not a partition id: it may have letters, digits, _ and - only`)
  return `'${id}'`
}
