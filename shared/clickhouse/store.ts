// The port to ClickHouse: four methods, two engines (an embedded one over `chdb`, a server over HTTP), one contract
// suite (test/contract/log-store.ts). No module outside this folder imports a ClickHouse package.
import type { Client } from './fair-queue.ts'
import type { Fragment } from './sql.ts'

/** The limits of one query, which never outlive it. */
export interface QueryLimits {
  /** Wall time in ms after which the engine gives up with `query-limit`. */
  timeMs?: number
  /** Bytes of memory after which the engine gives up with `query-limit`. */
  memoryBytes?: number
  /** Rows, and uncompressed bytes, that it may read before the engine gives up with `query-limit`. */
  rowsRead?: number
  bytesRead?: number
}

export type SettingValue = string | number | boolean

export interface Query {
  sql: Fragment
  limits?: QueryLimits
  /** Further engine settings of this one query. */
  settings?: Readonly<Record<string, SettingValue>>
  /**
   * Which sessions of the embedded engine it takes, so that others cannot hold it up: `probe` for the one of readiness,
   * `background` for work that nobody waits for. Default: those of requests.
   */
  lane?: 'probe' | 'background'
  /** On whose behalf it runs: clients take turns. Missing where it is our own. */
  client?: Client
  /** Of a client whose answer has begun: it is not refused, however many wait. */
  isUnderWay?: boolean
  /** The query is cancelled in the engine when this aborts. */
  signal?: AbortSignal
  /** Called by `rows` and `bytes`, before they resolve, with what the engine read. */
  onStats?: (stats: QueryStats) => void
}

/** How many rows a query read, and the uncompressed bytes of the columns that it read of them. */
export interface QueryStats {
  rowsRead: number
  bytesRead: number
  /** The peak of its memory, where the engine reports it. */
  memoryBytes?: number
}

export type ReadFormat = 'JSONEachRow' | 'JSONCompactEachRow' | 'RowBinary'

export interface Insert {
  table: string
  columns: readonly string[]
  /** Rows as bytes, one JSON array per row in the order of `columns`. Must not change until the promise settles. */
  rows: Buffer
  format: 'JSONCompactEachRow'
  settings?: Readonly<Record<string, SettingValue>>
}

/**
 * Every method rejects with AfterlogError: `store-unavailable`, `store-full`, `query-limit`, or `internal` for a bug of
 * ours.
 */
export interface LogStore extends AsyncDisposable {
  readonly mode: 'embedded' | 'server'
  /** Name of the ClickHouse cluster: a table `t` is distributed over `t_local` on each shard. */
  readonly cluster?: string | undefined
  /** Returns a small result as bytes, in the engine's order. */
  bytes(query: Query, format: ReadFormat): Promise<Buffer>
  /**
   * Returns the rows of a small result, parsed from JSONEachRow. 64-bit integers are strings, unless cast to Float64.
   */
  rows<T>(query: Query): Promise<T[]>
  /** Resolves when the rows are stored and survive `kill -9`. */
  insert(insert: Insert): Promise<void>
  /** DDL and other statements without a result. */
  command(query: Query): Promise<void>
}
