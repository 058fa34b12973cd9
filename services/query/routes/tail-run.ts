// One tail, of a filter or of an owner: what both are run with.
import type { Cursor } from '#query/cursor.ts'
import type { LineFilter } from '#query/plan/line-filter.ts'
import type { Reading } from '#query/read/reading.ts'

export interface TailRun {
  reading: Reading
  filter: LineFilter
  at: Cursor | undefined
  filters: string
  now: number
  pollIntervalMs: number
  signal: AbortSignal
}
