// The store's clock, which dates every insert.
import { sql, statement } from '#shared/clickhouse/sql.ts'
import type { Reading } from './reading.ts'

type ClockReading = Pick<Reading, 'rows' | 'mode'>

/** Epoch µs, as decimal text. An embedded engine has the clock of this process, of which whole ms are read. */
export async function readStoreMicros({ rows, mode }: ClockReading): Promise<string> {
  if (mode === 'embedded') return `${Date.now()}000`
  const [row] = await rows<{ now: string }>(
    statement('store-clock', sql`SELECT toString(toUnixTimestamp64Micro(now64(6))) AS now`),
  )
  return row!.now
}

/** Epoch ms. */
export const readStoreClock = async (reading: ClockReading): Promise<number> =>
  Math.floor(Number(await readStoreMicros(reading)) / 1000)
