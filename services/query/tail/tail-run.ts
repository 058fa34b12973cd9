// The inputs of one tail, whether it follows a filter or an owner.
import type { Cursor } from '#query/http/cursor.ts'
import type { Polling } from '#query/http/watch-polling.ts'
import type { RequestedLines } from '#query/search/line-request.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import type { ArrivalFeed } from './follow-arrivals.ts'
import type { SentMemory } from './sent-memory.ts'
import type { TailWriter } from './tail-writer.ts'
import type { Reading } from '#shared/store-reading/reading.ts'

export interface TailRun {
  reading: Reading
  filter: RequestedLines
  /** Narrows a filter to the pods that the request selects, those that were born since too. */
  within: (filter: RequestedLines) => Promise<LineFilter>
  /** The form of the answer. */
  writer: TailWriter
  /** Of a tail that a client resumes. */
  at: Cursor | undefined
  /** Digest of the filters, which a cursor must match. */
  filters: string
  /** Epoch ms. */
  now: number
  memory: SentMemory
  feed: ArrivalFeed
  pollIntervalMs: number
  polling: Polling
  signal: AbortSignal
}
