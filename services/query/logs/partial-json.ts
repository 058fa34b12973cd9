// Pure: what a page says that has only the lines that were found before the request met its limits.
import type { QueryLimit } from '#shared/errors.ts'
import type { Order } from '#shared/lines/line-order.ts'
import type { PartialPage } from '#shared/store-reading/line-pages.ts'
import { formatTime } from '#shared/time/format-time.ts'

const reasons: Readonly<Record<QueryLimit, string>> = {
  time: 'took longer than it may (AFTERLOG_QUERY_TIME_MS)',
  memory: 'needed more memory than it may use (AFTERLOG_QUERY_MEMORY_BYTES)',
  read: 'read more than it may (AFTERLOG_QUERY_ROWS_MAX, AFTERLOG_QUERY_READ_BYTES_MAX)',
}

export function partialJson({ limit, searchedTo }: PartialPage, order: Order) {
  const time = formatTime(searchedTo)
  const [side, complete] =
    order === 'asc' ? [`later than ${time}`, { completeTo: time }] : [`older than ${time}`, { completeFrom: time }]
  const hint =
    `the search ${reasons[limit]}, so lines ${side} may be missing: go on with next, narrow the time range, ` +
    'or add a namespace, a pod or a word'
  return { partial: true, ...complete, hint } as const
}

/** Where the page behind a partial one begins. */
export const restOf = ({ searchedTo }: PartialPage, order: Order): { from?: bigint; to?: bigint } =>
  order === 'asc' ? { from: searchedTo } : { to: searchedTo }
