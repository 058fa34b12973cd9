// Reads each row that becomes visible once, for all readers. First it asks which batches the rows are of, since a merge
// puts rows that were read beside others.
import { setImmediate as othersTurn } from 'node:timers/promises'
import { sql } from '#shared/clickhouse/sql.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { batchesOf, rowsOfBatches, type BatchRow } from './feed-statements.ts'
import { createFirstPlaces } from './first-places.ts'
import { handOver, type Reader } from './read-matched.ts'
import { createReadBatches, type ReadBatches } from './batch-memory.ts'
import {
  createOverlapSource,
  createPartSource,
  rowsAtOnce,
  visibleWithinMs,
  type BatchesRead,
  type UnreadRows,
} from './read-unread-rows.ts'

export interface ArrivalReader {
  /** What is visible by then is not read: whoever reads from then on looks for it. */
  begin(): Promise<void>
  /**
   * Resolves, once all is handed over, to the oldest arrival of a line in it, epoch ms. `readersNow` is asked once it is
   * known what there is to read, so that a reader finds all else that is visible once it is among them.
   */
  round(readersNow: () => readonly Reader[]): Promise<number | undefined>
}

export interface ArrivalReaderOptions {
  reading: RowReading
  isCluster: boolean
  overlapMs: number
}

export function createArrivalReader({ reading, isCluster, overlapMs }: ArrivalReaderOptions): ArrivalReader {
  const source = isCluster ? createOverlapSource(overlapMs) : createPartSource(reading)
  const batchesByTenant = new Map<string, ReadBatches>()
  const handing = { reading, firstPlaces: createFirstPlaces({ reading }) }
  let newest = 0

  const batchesRead = (tenant: string): ReadBatches => {
    const batches = batchesByTenant.get(tenant) ?? createReadBatches()
    batchesByTenant.set(tenant, batches)
    return batches
  }
  const wereRead = (read: BatchesRead): void => {
    for (const [tenant, batches] of read) for (const batch of batches) batchesRead(tenant).add(batch)
  }

  /** Returns the batches of these rows, those of them that were not read before, and the parts that surely were read. */
  async function readRows(
    tenant: string,
    unreadRows: UnreadRows,
    readersNow: () => readonly Reader[],
  ): Promise<{ batches: BatchRow[]; unread: BatchRow[]; parts: Set<string> }> {
    const known = batchesRead(tenant)
    const begun = Math.min(...readersNow().map(({ after }) => after.received))
    const rows = unreadRows.condition(Math.max(begun, known.begin), newest)
    const batches = await reading.rows<BatchRow>(batchesOf(tenant, rows))
    const unread = unreadRows.areNew ? batches : batches.filter((batch) => !known.isRead(batch))
    if (unread.length === 0) return { batches, unread, parts: new Set() }
    const portions = portionsOf(unread)
    const parts = new Set<string>()
    for (const portion of portions) {
      const isAll = unreadRows.areNew && portions.length === 1
      const wanted = isAll ? rows : sql`${rows} AND ${rowsOfBatches(portion)}`
      const read = await handOver(handing, { tenant, rows: wanted, times: timesOf(portion), isCluster }, readersNow())
      // A part that was there at last was there before, too.
      for (const { part } of portion)
        if (read.has(part)) parts.add(part)
        else parts.delete(part)
      // Readers take a portion before the next one comes.
      await othersTurn()
    }
    return { batches, unread, parts }
  }

  return {
    begin: source.begin,
    async round(readersNow) {
      let oldest = Infinity
      for (const unreadRows of await source.next(wereRead)) {
        const done: (readonly [string, BatchRow[]])[] = []
        const partsRead: Set<string>[] = []
        for (const tenant of new Set(readersNow().map(({ filter }) => filter.tenant))) {
          const own = (): Reader[] => readersNow().filter(({ filter }) => filter.tenant === tenant)
          const { batches, unread, parts } = await readRows(tenant, unreadRows, own)
          done.push([tenant, batches])
          partsRead.push(parts)
          for (const { received } of unread) oldest = Math.min(oldest, received)
          for (const { received } of unread) newest = Math.max(newest, received)
        }
        unreadRows.done(done, inAll(partsRead), wereRead)
      }
      for (const batches of batchesByTenant.values()) batches.forgetBefore(newest - visibleWithinMs)
      return oldest === Infinity ? undefined : oldest
    },
  }
}

const inAll = (sets: readonly Set<string>[]): Set<string> =>
  sets.reduce((some, set) => some.intersection(set), sets[0] ?? new Set<string>())

/** Batches whose rows are read together: their lines are in memory at once. */
function portionsOf(batches: readonly BatchRow[]): BatchRow[][] {
  const portions: BatchRow[][] = []
  let rows = 0
  for (const batch of batches) {
    const last = portions.at(-1)
    if (last === undefined || rows + batch.rows > rowsAtOnce) {
      portions.push([batch])
      rows = 0
    } else last.push(batch)
    rows += batch.rows
  }
  return portions
}

function timesOf(batches: readonly BatchRow[]): { from: bigint; to: bigint } {
  const firsts = batches.map(({ first }) => BigInt(first))
  const lasts = batches.map(({ last }) => BigInt(last))
  return {
    from: firsts.reduce((a, b) => (a < b ? a : b)),
    to: lasts.reduce((a, b) => (a > b ? a : b)) + 1n,
  }
}
