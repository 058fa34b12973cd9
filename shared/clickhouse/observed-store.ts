// A LogStore that tells of each statement how it ended: its name, its time, what it read, why it failed. What it answers is the same.
import { AfterlogError, type ErrorCode } from '../errors.ts'
import type { LogStore, Query, QueryStats } from './store.ts'

/** `cancelled`: whoever asked went away, or the process stops. */
export type StatementFailure = ErrorCode | 'cancelled'

export interface StatementEnd {
  statement: string
  /** From the call to the last byte of the result, the wait for a session included; of a stream, its reader's pauses too. */
  seconds: number
  /** Where the engine says. */
  stats?: QueryStats
  failure?: StatementFailure
}

export function observeStore(store: LogStore, onEnd: (end: StatementEnd) => void): LogStore {
  /** Watches one statement: `ended` once, `failed` with what it threw. */
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
    // By hand: a generator would keep a reader that leaves waiting for the next chunk.
    stream: (query, format) => ({
      [Symbol.asyncIterator]() {
        const chunks = store.stream(query, format)[Symbol.asyncIterator]()
        const { ended, failed } = watch(query.sql.name, query.signal)
        let isOver = false
        const once = (tell: () => void): void => {
          if (!isOver) tell()
          isOver = true
        }
        return {
          async next() {
            try {
              const chunk = await chunks.next()
              if (chunk.done === true) once(ended)
              return chunk
            } catch (error) {
              once(() => failed(error))
              throw error
            }
          },
          async return() {
            once(() => failed(undefined))
            return (await chunks.return?.()) ?? { done: true, value: undefined }
          },
        }
      },
    }),
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

/** What metrics call an insert of rows. */
const insertName = (table: string): string => `insert-${table.replaceAll('_', '-')}`

function failureOf(error: unknown, signal: AbortSignal | undefined): StatementFailure {
  if (error instanceof AfterlogError) return error.code
  return error === undefined || signal?.aborted === true ? 'cancelled' : 'internal'
}
