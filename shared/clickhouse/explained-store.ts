// A LogStore that notes what it runs: the text of each statement as it was sent, its values, and what running it read.
// Results are unchanged.
import { compile, type Fragment } from './sql.ts'
import type { LogStore, Query, QueryStats } from './store.ts'

export interface RunStatement {
  sql: Fragment
  /** With a placeholder for each value. */
  text: string
  parameters: Readonly<Record<string, unknown>>
  elapsedMs: number
  stats?: QueryStats
}

/** `onRun` is called once for each statement that has ended, in the order of their ends. */
export function explainedStore(store: LogStore, onRun: (statement: RunStatement) => void): LogStore {
  const noted = async <T>(query: Query, run: (query: Query) => Promise<T>): Promise<T> => {
    const beganMs = performance.now()
    let stats: QueryStats | undefined
    const onStats = (read: QueryStats): void => {
      stats = read
      query.onStats?.(read)
    }
    const result = await run({ ...query, onStats })
    const { text, params } = compile(query.sql)
    const elapsedMs = Math.round((performance.now() - beganMs) * 1000) / 1000
    onRun({ sql: query.sql, text, parameters: params, elapsedMs, ...(stats === undefined ? {} : { stats }) })
    return result
  }
  return {
    ...store,
    rows: (query) => noted(query, (same) => store.rows(same)),
    bytes: (query, format) => noted(query, (same) => store.bytes(same, format)),
  }
}
