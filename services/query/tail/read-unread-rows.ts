// Where the reader of arrivals finds rows that it has not read: in one store, in parts that its list did not have before;
// in a cluster, where each replica has parts of its own, among all rows of an overlap.
import type { Fragment } from '#shared/clickhouse/sql.ts'
import { sql } from '#shared/clickhouse/sql.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { partsWritten, rowsOfParts, rowsSince, rowsWritten, type BatchRow, type ListedPart } from './feed-statements.ts'
import { createUnreadParts } from './unread-parts.ts'

/** Batches that were read, by tenant. */
export type BatchesRead = readonly (readonly [tenant: string, batches: readonly BatchRow[]])[]

/** Rows that are read together. */
export interface UnreadRows {
  /** All of them are new; else those of batches that were read before are among them. */
  areNew: boolean
  /** `since`: rows that arrived before, epoch ms, need not be read. `newest`: the last arrival that was read. */
  condition(since: number, newest: number): Fragment
  /** They were read, those of `partsRead` for sure. `wereRead`: as below. */
  done(batches: BatchesRead, partsRead: ReadonlySet<string>, wereRead: WereRead): void
}

export type WereRead = (batches: BatchesRead) => void

export interface UnreadSource {
  /** What is visible by then is not read. */
  begin(): Promise<void>
  /** `wereRead`: is told which batches were read for sure. */
  next(wereRead: WereRead): Promise<UnreadRows[]>
}

/** Rows that one statement reads, where a batch has not more. */
export const rowsAtOnce = 20_000
/** Lists have parts that were written so long before the last list: clocks are set back. */
const listedBeforeMs = 60_000
const tenYearsMs = 315_360_000_000
/** ms after its arrival in which a row may become visible in a part that is merged already. */
export const visibleWithinMs = 600_000

export function createPartSource(reading: Pick<Reading, 'rows'>): UnreadSource {
  const parts = createUnreadParts<BatchesRead>()
  let listedMs: number | undefined

  async function list(): Promise<{ unread: ListedPart[]; read: BatchesRead[] }> {
    const nowMs = performance.now()
    // At first all parts that there are.
    const withinMs = listedMs === undefined ? tenYearsMs : nowMs - listedMs + listedBeforeMs
    const listed = await reading.rows<ListedPart>(partsWritten(Math.ceil(withinMs / 1000), parts.unsure))
    listedMs = nowMs
    return parts.look(listed, nowMs)
  }
  return {
    async begin() {
      const { unread } = await list()
      for (const { name } of unread) parts.done(name, [])
      parts.look(unread, performance.now())
    },
    async next(wereRead) {
      const { unread, read } = await list()
      for (const batches of read) wereRead(batches)
      return chunksOf(unread).map(({ names, areNew }) => ({
        areNew,
        condition: (since, newest) =>
          areNew
            ? rowsOfParts(names)
            : sql`${rowsOfParts(names)} AND ${rowsSince(Math.max(since, newest - visibleWithinMs))}`,
        done(batches, partsRead, sure) {
          for (const name of names) {
            const own = batches.map(([tenant, all]) => [tenant, all.filter(({ part }) => part === name)] as const)
            if (partsRead.has(name)) {
              parts.read(name, performance.now())
              sure(own)
            } else parts.done(name, own)
          }
        },
      }))
    },
  }
}

/** Parts that are read together; each part that a merge made is read alone. */
function chunksOf(unread: readonly ListedPart[]): { names: string[]; areNew: boolean }[] {
  const chunks: { names: string[]; areNew: boolean }[] = []
  let names: string[] = []
  let rows = 0
  for (const part of unread) {
    if (part.isFresh === 0) {
      chunks.push({ names: [part.name], areNew: false })
      continue
    }
    if (names.length > 0 && rows + part.rows > rowsAtOnce) {
      chunks.push({ names, areNew: true })
      names = []
      rows = 0
    }
    names.push(part.name)
    rows += part.rows
  }
  return names.length === 0 ? chunks : [...chunks, { names, areNew: true }]
}

/** `overlapMs`: for which an insert may become visible after a later one. */
export function createOverlapSource(overlapMs: number): UnreadSource {
  let lastMs = performance.now()
  return {
    async begin() {},
    async next(wereRead) {
      const passedMs = performance.now() - lastMs
      lastMs = performance.now()
      const withinS = Math.ceil((passedMs + listedBeforeMs + overlapMs) / 1000)
      const condition = (since: number, newest: number): Fragment =>
        rowsWritten(Math.max(since, newest - overlapMs - passedMs), withinS)
      return [{ areNew: false, condition, done: (batches) => wereRead(batches) }]
    },
  }
}
