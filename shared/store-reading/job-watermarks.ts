// How far jobs have come, over all processes and restarts.
import { milliseconds, sql, statement, str } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { RowReading } from './reading.ts'

/** The job that records are projected by: lists have every fact until its watermark. */
export const recordsJob = 'records'

/** Epoch ms; undefined where the job never began. */
export async function readWatermark({ rows }: Pick<RowReading, 'rows'>, job: string): Promise<number | undefined> {
  const [row] = await rows<{ upto: number }>(
    statement(
      'job-watermark',
      sql`SELECT toFloat64(toUnixTimestamp64Milli(max(upto))) AS upto FROM job_watermarks
        WHERE job = ${str(job)} HAVING count() > 0`,
    ),
  )
  return row?.upto
}

export const writeWatermark = (store: LogStore, job: string, ms: number): Promise<void> =>
  store.command({
    sql: statement(
      'job-watermark-put',
      sql`INSERT INTO job_watermarks (job, upto) SELECT ${str(job)}, ${milliseconds(ms)}`,
    ),
  })
