// How far jobs have come, over all processes and restarts.
import { join, milliseconds, sql, statement, str } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { RowReading } from './reading.ts'

/** The job that records are projected by: lists have every fact until its watermark. */
export const recordsJob = 'records'
/** Of the changes until its watermark none waits: a projector that starts goes on from there. */
export const changesJob = 'changes'

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

/** Epoch ms of all jobs whose names begin so. */
export const readWatermarks = ({ rows }: Pick<RowReading, 'rows'>, prefix: string): Promise<{ upto: number }[]> =>
  rows(
    statement(
      'job-watermarks',
      sql`SELECT toFloat64(toUnixTimestamp64Milli(max(upto))) AS upto FROM job_watermarks
        WHERE startsWith(job, ${str(prefix)}) GROUP BY job`,
    ),
  )

export const writeWatermark = (store: LogStore, job: string, ms: number): Promise<void> =>
  writeWatermarks(store, { [job]: ms })

/** Epoch ms by job, at least one. */
export const writeWatermarks = (store: LogStore, jobs: Readonly<Record<string, number>>): Promise<void> => {
  const rows = Object.entries(jobs).map(([job, ms]) => sql`SELECT ${str(job)}, ${milliseconds(ms)}`)
  return store.command({
    sql: statement('job-watermark-put', sql`INSERT INTO job_watermarks (job, upto) ${join(rows, ' UNION ALL ')}`),
  })
}
