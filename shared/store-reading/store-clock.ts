// The store's clock, which dates every insert.
import { sql, statement } from '#shared/clickhouse/sql.ts'
import type { RowReading } from './reading.ts'

type RowsReading = Pick<RowReading, 'rows'>

/** Epoch µs, as decimal text. */
export async function readStoreMicros({ rows }: RowsReading): Promise<string> {
  const [row] = await rows<{ now: string }>(
    statement('store-clock', sql`SELECT toString(toUnixTimestamp64Micro(now64(6))) AS now`),
  )
  return row!.now
}

/** Epoch ms. */
export const readStoreClock = async (reading: RowsReading): Promise<number> =>
  Math.floor(Number(await readStoreMicros(reading)) / 1000)
