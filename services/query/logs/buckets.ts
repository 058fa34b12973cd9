// Pure: the buckets of a histogram from counted rows, from the first bucket with a line to the last. Buckets between
// them that have no line are there too.
import { formatTime } from '#shared/time/format-time.ts'

export interface CountRow {
  /** Number of the bucket since 1970. */
  bucket: bigint
  severity: string
  count: number
}

export interface Bucket {
  time: string
  total: number
  bySeverity: Record<string, number>
}

/** Rows ascending by bucket. */
export function fillBuckets(rows: readonly CountRow[], stepNs: bigint): Bucket[] {
  const buckets: Bucket[] = []
  let next = rows[0]?.bucket ?? 0n
  for (const { bucket, severity, count } of rows) {
    for (; next <= bucket; next++) buckets.push({ time: formatTime(next * stepNs), total: 0, bySeverity: {} })
    const last = buckets.at(-1)!
    last.total += count
    last.bySeverity[severity] = count
  }
  return buckets
}
