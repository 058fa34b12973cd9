// Reads a digest of the names of all parts of the store, which every insert changes. It reads no data.
import { sql, statement, type Fragment } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { systemTable } from '#shared/clickhouse/cluster-names.ts'

/** Each is another text once something was stored. */
export interface StoredState {
  /** Of lines of any tenant. */
  lines: string
  /** Of all tables whose content answers show. */
  all: string
}

/** A part is written by each insert, and by each merge, which may hide what came since the last look. */
const storedState = (cluster: string | undefined): Fragment =>
  statement(
    'stored-state',
    sql`SELECT toString(sumIf(digest, table IN ('logs', 'logs_local'))) AS lines, toString(sum(digest)) AS all
    FROM (SELECT table, cityHash64(table, name, hostName()) AS digest
      FROM ${systemTable({ cluster }, 'parts')} WHERE active AND database = currentDatabase()
      AND table NOT IN ('job_watermarks', 'job_watermarks_local'))`,
  )

const answerMsMax = 30_000
const memoryBytes = 256 * 1024 * 1024

export async function readStoredState({ rows, cluster }: Pick<LogStore, 'rows' | 'cluster'>): Promise<StoredState> {
  const [row] = await rows<StoredState>({
    sql: storedState(cluster),
    settings: { max_threads: 1 },
    limits: { memoryBytes },
    signal: AbortSignal.timeout(answerMsMax),
  })
  return row!
}
