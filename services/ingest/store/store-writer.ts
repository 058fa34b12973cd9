// The way of rows into the store: they are grouped, inserted, counted, and split where the store cannot take them at
// once.
import { AfterlogError } from '#shared/errors.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { Logger } from '#shared/logger.ts'
import type { BufferPool } from '../buffer/buffer-pool.ts'
import { createGroupWriter, type GroupWriter, type GroupWriterOptions } from '../buffer/group-writer.ts'
import type { IngestMetrics } from '../metrics.ts'
import { columns } from './columns.ts'
import { letterRows, writtenBy } from './dead-letters.ts'
import { livesOfPayload } from '../normalise/refused-lives.ts'
import { countRejects } from '../normalise/reject.ts'
import { createInsertRows, type InsertRows } from './insert-rows.ts'
import type { NewestTime } from './newest-time.ts'
import { recordOf, tenantOf } from './row-fields.ts'
import { insertBytesMax, type TableName } from './table-rows.ts'

export interface StoreWriterOptions extends Pick<GroupWriterOptions, 'isMoreComing'> {
  store: LogStore
  metrics: IngestMetrics
  pool: BufferPool
  flushIntervalMs: number
  log: Logger
  /** ms since 1970. */
  clock: () => number
  newestTime: NewestTime
}

export interface StoreWriter extends GroupWriter {
  /** Why every insert fails now; empty where none is known to. */
  obstacles(): string[]
}

/** ms for which a full disk counts as full after an insert failed of it: then one is tried again. */
const fullMs = 30_000

/** The rows of one insert, which limits inserts of very short lines. */
const groupRowsMax = 400_000

/**
 * A part of fewer lines gets its search indexes when it is merged, which is soon: they take a quarter of a small
 * insert's CPU and half of its files, and a search reads all of so few lines as fast.
 */
const indexedRowsMin = 4000
const withoutIndexes = { materialize_skip_indexes_on_insert: 0 }

export function createStoreWriter({
  store,
  metrics,
  pool,
  flushIntervalMs,
  log,
  clock,
  newestTime,
  isMoreComing,
}: StoreWriterOptions): StoreWriter {
  let full: { why: string; untilMs: number } | undefined
  const insert: InsertRows = async (table, given, count) => {
    const startedMs = performance.now()
    const rows = table === 'refused_lines' ? writtenBy(given, await newestTime.ms()) : given
    try {
      const settings = table === 'logs' && count < indexedRowsMin ? withoutIndexes : {}
      await store.insert({ table, columns: columns[table], rows, format: 'JSONCompactEachRow', settings })
    } catch (error) {
      const code = error instanceof AfterlogError ? error.code : 'internal'
      metrics.insertFailed(table, code)
      if (code === 'store-full') full = { why: (error as AfterlogError).message, untilMs: clock() + fullMs }
      log.warn({ table, rows: count, bytes: rows.length, code, err: error }, 'insert failed')
      throw error
    }
    full = undefined
    metrics.inserted(table, count, rows.length, (performance.now() - startedMs) / 1000)
  }

  /** Logs the row and stores it as a dead letter: a refused row is a bug of ours. */
  async function refused(table: TableName, row: Buffer, error: AfterlogError): Promise<void> {
    log.error(
      { table, row: row.toString('base64'), err: error },
      'the store refuses a row, which is a bug in Afterlog; the row is a dead letter now, please report it',
    )
    if (table === 'dead_letters' || table === 'refused_lines') return
    const tenant = tenantOf(table, row)
    const origin = { tenant, cluster: '', node: '', agent: '', receivedMs: clock(), source: `store:${table}` }
    const cause = error.cause instanceof Error ? error.cause.message : error.message
    const letter = {
      index: 0,
      reason: 'refused-by-store',
      detail: cause.slice(0, 1000).toWellFormed(),
      payload: row,
      lives: table === 'logs' ? livesOfPayload(recordOf(row), '') : [],
    } as const
    try {
      for (const part of letterRows([letter], origin, row)) await insert(part.table, part.rows, part.count)
    } catch (failure) {
      if ((failure as AfterlogError).code !== 'rows-refused') throw failure
      // The log has the row. Trying it for ever would block all rows behind it.
      log.error({ err: failure }, 'the store refuses the letter of that row too')
    }
    metrics.rejected(countRejects([letter]))
  }

  const writer = createGroupWriter({
    insert: createInsertRows({ insert, refused }),
    pool,
    flushIntervalMs,
    groupBytesMax: insertBytesMax,
    groupRowsMax,
    ...(isMoreComing === undefined ? {} : { isMoreComing }),
  })
  return { ...writer, obstacles: () => (full !== undefined && clock() < full.untilMs ? [full.why] : []) }
}
