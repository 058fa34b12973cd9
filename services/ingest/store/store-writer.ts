// Rows on their way into the store: grouped, inserted, split where the store cannot take them at once, counted.
import { AfterlogError } from '#shared/errors.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { Logger } from '#shared/logger.ts'
import type { BufferPool } from '../buffer/buffer-pool.ts'
import { createGroupWriter, type GroupWriter } from '../buffer/group-writer.ts'
import type { IngestMetrics } from '../metrics.ts'
import { columns } from './columns.ts'
import { deadLetterRows } from './dead-letters.ts'
import { createInsertRows, type InsertRows } from './insert-rows.ts'
import type { TableName } from './table-rows.ts'

export interface StoreWriterOptions {
  store: LogStore
  metrics: IngestMetrics
  pool: BufferPool
  flushIntervalMs: number
  log: Logger
  /** ms since 1970. */
  clock: () => number
}

/** Bytes of one insert: big ones cost the engine half as much per line as small ones. */
const groupBytesMax = 32 * 1024 * 1024
/** Rows of one insert, which are a line of a few bytes each where there are so many. */
const groupRowsMax = 400_000

export function createStoreWriter({ store, metrics, pool, flushIntervalMs, log, clock }: StoreWriterOptions): GroupWriter {
  const insert: InsertRows = async (table, rows, count) => {
    const startedMs = performance.now()
    try {
      await store.insert({ table, columns: columns[table], rows, format: 'JSONCompactEachRow' })
    } catch (error) {
      const code = error instanceof AfterlogError ? error.code : 'internal'
      metrics.insertFailed(table, code)
      log.warn({ table, rows: count, bytes: rows.length, code, err: error }, 'insert failed')
      throw error
    }
    metrics.inserted(table, count, rows.length, (performance.now() - startedMs) / 1000)
  }

  /** A bug of ours, kept where it can be seen and mended. */
  async function refused(table: TableName, row: Buffer, error: AfterlogError): Promise<void> {
    log.error(
      { table, row: row.toString('base64'), err: error },
      'the store refuses a row, which is a bug; it is a dead letter now',
    )
    if (table === 'dead_letters') return
    const tenant = tenantOf(table, row)
    const origin = { tenant, cluster: '', node: '', agent: '', receivedMs: clock(), source: `store:${table}` }
    const cause = error.cause instanceof Error ? error.cause.message : error.message
    const letter = { index: 0, reason: 'refused-by-store', detail: cause.slice(0, 1000).toWellFormed(), payload: row } as const
    const { rows, count } = deadLetterRows([letter], origin, row)!
    try {
      await insert('dead_letters', rows, count)
    } catch (failure) {
      if ((failure as AfterlogError).code !== 'rows-refused') throw failure
      // The log above has the row; asked again for ever, it would hold up all that comes after it.
      log.error({ err: failure }, 'the store refuses the letter of that row too')
    }
    metrics.rejected(letter.reason)
  }

  return createGroupWriter({ insert: createInsertRows({ insert, refused }), pool, flushIntervalMs, groupBytesMax, groupRowsMax })
}

function tenantOf(table: TableName, row: Buffer): string {
  try {
    const tenant = (JSON.parse(row.toString()) as unknown[])[(columns[table] as readonly string[]).indexOf('tenant')]
    return typeof tenant === 'string' ? tenant : 'default'
  } catch {
    return 'default'
  }
}
