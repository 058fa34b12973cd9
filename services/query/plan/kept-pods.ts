// Obituaries as they were written: by uid, with the mark of their pod at that time.
import { sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'

const newest = sql`ORDER BY written_at DESC LIMIT 1 BY uid`

// A hundred runs of four rows are read by one thread sooner than they are handed out to two.
const inOneRun = sql`SETTINGS merge_tree_min_rows_for_concurrent_read = 1000000, merge_tree_min_bytes_for_concurrent_read = 1000000000`

/** Without the documents. Binary rows of read/kept-pods.ts. */
export const keptSummaries = (tenant: string, uids: readonly string[]): Fragment =>
  sql`SELECT uid, marked, lines, summary FROM pod_summaries PREWHERE tenant = ${str(tenant)} AND uid IN ${strs(uids)} ${newest} ${inOneRun}`

export interface DocumentRow {
  uid: string
  /** PodKey.marked when it was written; that of no pod where something may have been on its way. */
  marked: string
  summary: string
  document: string
  /** Epoch ms by the store's clock. */
  writtenAt: number
}

/** Rows: DocumentRow. */
export const keptDocuments = (tenant: string, uids: readonly string[]): Fragment =>
  sql`SELECT uid, toUnixTimestamp64Milli(marked) AS marked, summary, document, toFloat64(toUnixTimestamp64Milli(written_at)) AS writtenAt FROM obituaries PREWHERE tenant = ${str(tenant)} AND uid IN ${strs(uids)} ${newest} SETTINGS max_threads = 1`
