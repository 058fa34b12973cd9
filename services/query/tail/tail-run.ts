// One tail, of a filter or of an owner: what both are run with.
import type { Cursor } from '#query/http/cursor.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import type { Reading } from '#shared/store-reading/reading.ts'

export interface TailRun {
  reading: Reading
  filter: LineFilter
  at: Cursor | undefined
  filters: string
  now: number
  pollIntervalMs: number
  signal: AbortSignal
}
