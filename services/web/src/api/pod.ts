// A pod: its obituary, and its lines.
import type { ReadLines } from '../lines/line-window.ts'
import { answerOf, api } from './client.ts'
import type { Obituary, PodLinesQuery } from './types.ts'

/** Of a living pod too: then it says how it is. */
export const obituaryOf = (uid: string, signal: AbortSignal): Promise<Obituary> =>
  answerOf(api.GET('/v1/pods/{uid}/obituary', { params: { path: { uid } }, signal }))

export type LineFilters = Pick<PodLinesQuery, 'container' | 'life' | 'severity' | 'q'>

const limit = '300'

export const podLines =
  (uid: string, filters: LineFilters): ReadLines =>
  ({ order, at, cursor }, signal) => {
    const times = at === undefined ? {} : order === 'asc' ? { from: at } : { to: at }
    const query = { ...filters, ...times, order, limit, gaps: 'true', traces: 'true', json: 'true' } as const
    return answerOf(
      api.GET('/v1/pods/{uid}/logs', {
        params: { path: { uid }, query: cursor === undefined ? query : { ...query, cursor } },
        signal,
      }),
    )
  }
