import { sql, statement } from '#shared/clickhouse/sql.ts'
import type { RowReading } from './reading.ts'

/** Epoch ms of the store's clock, which dates every insert. */
export async function readStoreClock({ rows }: Pick<RowReading, 'rows'>): Promise<number> {
  const [row] = await rows<{ now: number }>(
    statement('store-clock', sql`SELECT toFloat64(toUnixTimestamp64Milli(now64(3))) AS now`),
  )
  return row!.now
}
