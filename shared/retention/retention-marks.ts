// Marks of the table retention_marks: what has to be known of the rules, and of time, apart from both.
import { bind, sql, statement, str } from '#shared/clickhouse/sql.ts'
import { isDamage } from '#shared/clickhouse/classify-error.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { emptyTable } from './empty-table.ts'

/**
 * `rules`: `in_force` of the newest version that was put. `time`: the time that expiry trusted last. `newest`: the newest
 * that it ever trusted, which no clock that is put back moves. All are ms since 1970.
 */
export type Mark = 'rules' | 'time' | 'newest'

/** undefined where it was never set, or its table is damaged. */
export async function readMark(store: LogStore, mark: Mark): Promise<number | undefined> {
  try {
    const [row] = await store.rows<{ ms: number }>({
      sql: statement(
        'retention-mark',
        sql`SELECT toFloat64(argMax(ms, version)) AS ms FROM retention_marks WHERE mark = ${str(mark)} HAVING count() > 0`,
      ),
    })
    return row?.ms
  } catch (error) {
    if (isDamage(error)) return undefined
    throw error
  }
}

/** A damaged table is emptied: each mark is set again by whoever needs it. */
export async function writeMark(store: LogStore, mark: Mark, ms: number): Promise<void> {
  const write = (): Promise<void> =>
    store.command({
      sql: statement(
        'retention-mark-put',
        sql`INSERT INTO retention_marks (mark, version, ms)
          SELECT ${str(mark)}, max(version) + 1, ${bind('Int64', String(Math.round(ms)))}
          FROM retention_marks WHERE mark = ${str(mark)}`,
      ),
    })
  await write().catch(async (error: unknown) => {
    if (!isDamage(error)) throw error
    await emptyTable(store, 'retention_marks')
    await write()
  })
}
