// Lines of a search, and what is counted of them.
import type { ReadLines } from '../lines/line-window.ts'
import { answerOf, api } from './client.ts'
import type { ContextAnswer, FieldsAnswer, HistogramAnswer, Line, LogsQuery, PatternsAnswer } from './types.ts'

/** What selects lines, for all routes alike. */
export type LogFilters = Omit<
  LogsQuery,
  'prefix' | 'timestamps' | 'traces' | 'json' | 'limit' | 'order' | 'cursor' | 'explain'
>

const limit = '300'

export const logLines =
  (filters: LogFilters): ReadLines =>
  ({ order, at, cursor }, signal) => {
    const times = at === undefined ? {} : order === 'asc' ? { from: at } : { to: at }
    const query = { ...filters, ...times, order, limit, traces: 'true', json: 'true' } as const
    return answerOf(
      api.GET('/v1/logs', { params: { query: cursor === undefined ? query : { ...query, cursor } }, signal }),
    )
  }

export const histogramOf = (filters: LogFilters, signal: AbortSignal): Promise<HistogramAnswer> =>
  answerOf(api.GET('/v1/logs/histogram', { params: { query: filters }, signal }))

export const patternsOf = (filters: LogFilters, signal: AbortSignal): Promise<PatternsAnswer> =>
  answerOf(api.GET('/v1/logs/patterns', { params: { query: filters }, signal }))

/** Names of the fields of lines, most frequent first. */
export const fieldsOf = (filters: LogFilters, signal: AbortSignal): Promise<FieldsAnswer> =>
  answerOf(api.GET('/v1/fields', { params: { query: filters }, signal }))

export interface ValuesRequest {
  field: string
  filters: LogFilters
  limit: number
  signal: AbortSignal
}

/** Values of a field, most frequent first. */
export const valuesOf = ({ field, filters, limit: most, signal }: ValuesRequest): Promise<FieldsAnswer> =>
  answerOf(
    api.GET('/v1/fields/{field}/values', {
      params: { path: { field }, query: { ...filters, limit: String(most) } },
      signal,
    }),
  )

/** Lines on each side of a line, whose pod has to be known. */
export function contextOf(line: Line, podUid: string, lines: number, signal: AbortSignal): Promise<ContextAnswer> {
  const { container, time, offset } = line
  const around = { before: String(lines), after: String(lines) }
  const place = offset === null ? {} : { offset: String(offset) }
  return answerOf(
    api.GET('/v1/logs/context', { params: { query: { podUid, container, time, ...place, ...around } }, signal }),
  )
}
