// A pod: its obituary, and its lines as a window that grows in both directions.
import { answerOf, api } from './client.ts'
import type { Line, Obituary, PodLinesQuery } from './types.ts'

/** Of a living pod too: then it says how it is. */
export const obituaryOf = (uid: string, signal: AbortSignal): Promise<Obituary> =>
  answerOf(api.GET('/v1/pods/{uid}/obituary', { params: { path: { uid } }, signal }))

export type LineFilters = Pick<PodLinesQuery, 'container' | 'life' | 'severity' | 'q'>

/** Where to go on: the request that was made, and the cursor behind it. */
export interface Step {
  order: 'asc' | 'desc'
  /** Lines of this time and later (asc), or before it (desc). */
  at?: string
  cursor?: string
}

export interface LinePage {
  /** Oldest first. */
  lines: Line[]
  older: Step | undefined
  newer: Step | undefined
}

const limit = '300'

export interface LinesRequest {
  uid: string
  filters: LineFilters
  step: Step
  signal: AbortSignal
}

/** One page in one direction. */
async function pageOf({
  uid,
  filters,
  step,
  signal,
}: LinesRequest): Promise<{ lines: Line[]; next: Step | undefined }> {
  const { order, at, cursor } = step
  const times = at === undefined ? {} : order === 'asc' ? { from: at } : { to: at }
  const query = { ...filters, ...times, order, limit, gaps: 'true', traces: 'true', json: 'true' } as const
  const { lines, next } = await answerOf(
    api.GET('/v1/pods/{uid}/logs', {
      params: { path: { uid }, query: cursor === undefined ? query : { ...query, cursor } },
      signal,
    }),
  )
  return {
    lines: order === 'asc' ? lines : lines.toReversed(),
    next: next === null ? undefined : { ...step, cursor: next },
  }
}

/** The last lines of the pod, or, with a time, the lines on both sides of it. */
export async function firstPage({
  at,
  ...request
}: Omit<LinesRequest, 'step'> & { at: string | undefined }): Promise<LinePage> {
  if (at === undefined) {
    const { lines, next } = await pageOf({ ...request, step: { order: 'desc' } })
    return { lines, older: next, newer: undefined }
  }
  const [before, behind] = await Promise.all([
    pageOf({ ...request, step: { order: 'desc', at } }),
    pageOf({ ...request, step: { order: 'asc', at } }),
  ])
  return { lines: [...before.lines, ...behind.lines], older: before.next, newer: behind.next }
}

export async function furtherPage(request: LinesRequest): Promise<LinePage> {
  const { lines, next } = await pageOf(request)
  return request.step.order === 'desc'
    ? { lines, older: next, newer: undefined }
    : { lines, older: undefined, newer: next }
}
