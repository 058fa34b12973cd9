// A LogStore that reports how each statement ended: its name, its time, what it read, why it failed. Results are
// unchanged.
import { AfterlogError, type ErrorCode } from '../errors.ts'
import type { LogStore, Query, QueryStats } from './store.ts'

/** `cancelled` means that the client left, or that the process stops. */
export type StatementFailure = ErrorCode | 'cancelled'

export interface StatementEnd {
  statement: string
  /** From the call to the last byte of the result, with the wait for a session. */
  seconds: number
  /** Set where the engine reports them. */
  stats?: QueryStats
  failure?: StatementFailure
}

export function observeStore(store: LogStore, onEnd: (end: StatementEnd) => void): LogStore {
  /** Observes one statement. The caller calls `ended` once, or `failed` with the error. */
  const watch = (statement: string, signal?: AbortSignal) => {
    const beganMs = performance.now()
    let stats: QueryStats | undefined
    const end = (failure?: StatementFailure): void =>
      onEnd({
        statement,
        seconds: (performance.now() - beganMs) / 1000,
        ...(stats === undefined ? {} : { stats }),
        ...(failure === undefined ? {} : { failure }),
      })
    return {
      onStats: (read: QueryStats): void => void (stats = read),
      ended: (): void => end(),
      failed: (error: unknown): void => end(failureOf(error, signal)),
    }
  }
  const observed = async <T>(query: Query, run: (query: Query) => Promise<T>): Promise<T> => {
    const { onStats, ended, failed } = watch(query.sql.name, query.signal)
    const both = (stats: QueryStats): void => {
      onStats(stats)
      query.onStats?.(stats)
    }
    try {
      const result = await run({ ...query, onStats: both })
      ended()
      return result
    } catch (error) {
      failed(error)
      throw error
    }
  }
  return {
    ...store,
    rows: (query) => observed(query, (same) => store.rows(same)),
    bytes: (query, format) => observed(query, (same) => store.bytes(same, format)),
    command: (query) => observed(query, (same) => store.command(same)),
    async insert(insert) {
      const { ended, failed } = watch(insertName(insert.table))
      try {
        await store.insert(insert)
      } catch (error) {
        failed(error)
        throw error
      }
      ended()
    },
  }
}

/** The statement name of an insert in metrics. */
const insertName = (table: string): string => `insert-${table.replaceAll('_', '-')}`

function failureOf(error: unknown, signal: AbortSignal | undefined): StatementFailure {
  if (error instanceof AfterlogError) return error.code
  return error === undefined || signal?.aborted === true ? 'cancelled' : 'internal'
}
