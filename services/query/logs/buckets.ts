// Pure: the buckets of a histogram from counted rows, from the first bucket that has something to the last. Buckets
// between them that have nothing are there too.
import { formatTime } from '#shared/time/format-time.ts'

export interface CountRow {
  /** Number of the bucket since 1970. */
  bucket: bigint
  /** What is counted apart in each bucket, such as a severity. */
  kind: string
  count: number
}

export interface Bucket {
  time: string
  total: number
  byKind: Record<string, number>
}

/** Rows ascending by bucket. */
export function fillBuckets(rows: readonly CountRow[], stepNs: bigint): Bucket[] {
  const buckets: Bucket[] = []
  let next = rows[0]?.bucket ?? 0n
  for (const { bucket, kind, count } of rows) {
    for (; next <= bucket; next++) buckets.push({ time: formatTime(next * stepNs), total: 0, byKind: {} })
    const last = buckets.at(-1)!
    last.total += count
    last.byKind[kind] = count
  }
  return buckets
}
