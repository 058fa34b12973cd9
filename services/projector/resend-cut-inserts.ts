// Repairs inserts that the end of the store has cut in two: a table may have rows without those that its views make of
// them, so that nothing would project their pod before its next change. Nobody had an answer for such an insert, and it
// may never be sent again. Where the store did not end in order, its last inserts are therefore stored once more at the
// next start, as if they were sent again, which changes no answer (decision 0016).
import { localTable, systemTable } from '#shared/clickhouse/cluster-names.ts'
import { raw, sql, statement, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { fromEveryTenant } from '#shared/clickhouse/tenant-scope.ts'
import type { Logger } from '#shared/logger.ts'
import { readWatermark, writeWatermark } from '#shared/store-reading/job-watermarks.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { readStoreClock } from '#shared/store-reading/store-clock.ts'
import { copySettings } from './obituaries/last-words-windows.ts'

/** Tables that ingest writes, and that have views. */
const tables = ['pods', 'lives', 'events', 'node_states', 'logs', 'dead_letters', 'refused_lines'] as const
type Table = (typeof tables)[number]

/** An ingest process has two inserts of a table under way at most. */
const partsOfPartition = 4
/** A part of one insert is smaller: a larger one is the merge of many. */
const partBytesMax = 64 * 1024 * 1024
/**
 * Inserts may have been merged since the start. A larger part would bring back thousands of pods that nothing changed.
 */
const mergedBytesMax = 4 * 1024 * 1024
/** Inserts of before its watermark are whole. */
const wholeJob = 'cut-inserts'
/** When inserts were last checked. */
const checkedJob = 'cut-inserts-checked'
/** Inserts so many seconds before the last one of all may have been cut. */
const lastSeconds = 60
/** A store that has started so many seconds later than before is another one: its clock has whole seconds. */
const anotherStartS = 2

interface PartRow {
  table: Table
  name: string
  /** Epoch seconds. */
  written: number
  /** When its server started, epoch seconds. */
  started: number
}

export interface CutInserts {
  /**
   * Stores the last inserts before the newest start of the store again, unless it ended in order; resolves to the
   * number of their parts.
   */
  resend(): Promise<number>
  /** Notes that an embedded store ends in order: no insert from before `nowMs` (epoch ms) will be cut. */
  end(nowMs: number): Promise<void>
}

export interface CutInsertsOptions {
  store: LogStore
  reading: Reading
  log: Logger
}

export function createCutInserts({ store, reading, log }: CutInsertsOptions): CutInserts {
  let knownStart = -Infinity
  return {
    async resend() {
      const [newest] = await reading.rows<{ started: number }>(newestStart(store))
      if (newest === undefined || newest.started < knownStart + anotherStartS) return 0
      const now = await readStoreClock(reading)
      const wholeUntil = Math.floor(((await readWatermark(reading, wholeJob)) ?? 0) / 1000)
      const checked = ((await readWatermark(reading, checkedJob)) ?? 0) / 1000
      const isChecked = checked >= newest.started + anotherStartS
      const parts = isChecked ? [] : lastParts(await reading.rows<PartRow>(newestParts(store)), wholeUntil)
      for (const [table, ofTable] of Map.groupBy(parts, (part) => part.table)) {
        const names = [...new Set(ofTable.map(({ name }) => name))]
        await store.command({ sql: insertAgain(table, names), settings: copySettings })
      }
      // Inserts from after the start, of which whole seconds are known, may be under way: the next end may cut them.
      await writeWatermark(store, wholeJob, (newest.started - 1) * 1000)
      await writeWatermark(store, checkedJob, now)
      knownStart = newest.started
      if (parts.length > 0)
        log.info({ parts: parts.length }, 'the last inserts before the start of the store are stored again')
      return parts.length
    },
    async end(nowMs) {
      // Before the check, earlier inserts may still be cut. A server goes on when this process ends.
      if (knownStart > -Infinity && store.mode === 'embedded') await writeWatermark(store, wholeJob, nowMs)
    },
  }
}

/**
 * Parts of the last inserts before the start, also where they have been merged since; none where the last one was
 * before
 * `wholeUntil`, epoch seconds.
 */
function lastParts(parts: readonly PartRow[], wholeUntil: number): PartRow[] {
  const before = parts.filter(({ written, started }) => written <= started).map(({ written }) => written)
  const last = before.reduce((a, b) => Math.max(a, b), -Infinity)
  if (before.length > 0 && last < wholeUntil) return []
  return parts.filter(({ written }) => written >= last - lastSeconds)
}

const started = raw('toFloat64(toUInt32(now())) - toFloat64(uptime())')

/** Rows: { started }, epoch seconds. */
const newestStart = (store: LogStore): Fragment =>
  statement('store-start', sql`SELECT max(${started}) AS started FROM ${systemTable(store, 'one')}`)

/**
 * The newest parts of each partition that are an insert from before the start of their server, or were merged since.
 * Rows: PartRow.
 */
const newestParts = (store: LogStore): Fragment =>
  statement(
    'newest-parts',
    sql`SELECT replaceRegexpOne(table, '_local$', '') AS table, name, written, started FROM (
    SELECT table, partition_id, name, max_block_number, toFloat64(toUInt32(modification_time)) AS written,
      ${started} AS started, shardNum() AS shard
    FROM ${systemTable(store, 'parts')}
    WHERE active AND database = currentDatabase() AND table IN ${strs(tables.map((table) => localTable(store, table)))}
      AND ((level = 0 AND written <= started AND data_uncompressed_bytes <= ${uint(partBytesMax)})
        OR (level > 0 AND written > started AND data_uncompressed_bytes <= ${uint(mergedBytesMax)})))
    ORDER BY max_block_number DESC LIMIT ${uint(partsOfPartition)} BY table, partition_id, shard`,
  )

const insertAgain = (table: Table, parts: readonly string[]): Fragment =>
  statement(
    'resend-cut-inserts',
    sql`INSERT INTO ${raw(table)} SELECT * ${fromEveryTenant(table)} AND _part IN ${strs(parts)}`,
  )
