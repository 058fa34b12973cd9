// One request's way to the store: its limits, its cancellation, and what its statements have read so far.
import type { Fragment } from '#shared/clickhouse/sql.ts'
import type { LogStore, QueryLimits, QueryStats } from '#shared/clickhouse/store.ts'
import { decodeRows, decodeWhole, type Line } from './row-decoder.ts'

export interface ReadStats {
  rowsRead: number
  bytesRead: number
  elapsedMs: number
}

export interface Reading {
  /** All rows of a small result. */
  rows<T>(sql: Fragment): Promise<T[]>
  /** The same in RowBinary, for those that are many or large: read/binary-rows.ts reads them. */
  binary(sql: Fragment): Promise<Buffer>
  /** Lines of plan/line-statements.ts `someLines`. */
  some(sql: Fragment, limits?: QueryLimits): Promise<Line[]>
  /** Lines of plan/line-statements.ts `allLines`, as the engine makes them. */
  all(sql: Fragment): AsyncGenerator<Line[]>
  /** What was read for the lines until now, where it is counted, and the time since the reading began. */
  stats(): ReadStats
}

/** What everything but lines is read with. */
export type RowReading = Pick<Reading, 'rows' | 'binary'>

export interface ReadingOptions {
  store: LogStore
  /** Of each statement. */
  limits: QueryLimits
  /** Aborts when nobody waits for the answer any more. */
  signal?: AbortSignal
  /** Whether the answer shows what was read: counting costs a look at the engine for each statement that reads lines. */
  counted?: boolean
}

export function createReading({ store, limits, signal, counted = false }: ReadingOptions): Reading {
  const began = performance.now()
  let rowsRead = 0
  let bytesRead = 0
  const common = { limits, ...(signal === undefined ? {} : { signal }) }
  const onStats = (stats: QueryStats): void => {
    rowsRead += stats.rowsRead
    bytesRead += stats.bytesRead
  }
  return {
    rows: (sql) => store.rows({ sql, ...common }),
    binary: (sql) => store.bytes({ sql, ...common }, 'RowBinary'),
    async some(sql, further) {
      return decodeWhole(
        await store.bytes({ sql, ...common, limits: { ...limits, ...further }, ...(counted ? { onStats } : {}) }, 'RowBinary'),
      )
    },
    all: (sql) => decodeRows(store.stream({ sql, ...common }, 'RowBinary')),
    stats: () => ({ rowsRead, bytesRead, elapsedMs: Math.round((performance.now() - began) * 1000) / 1000 }),
  }
}
