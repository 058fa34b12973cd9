// The lines of a pod around a place, as pages that grow in both directions and are let go at the other end, so that a
// million lines can be gone through in little memory.
import { useInfiniteQuery } from '@tanstack/react-query'
import { firstPage, furtherPage, type LineFilters, type Step } from '../api/pod.ts'

/** Pages of 300 lines that are kept. */
const pagesMax = 30

export interface LinesAround {
  uid: string
  filters: LineFilters
  /** Undefined: the end. */
  at: string | undefined
}

export function useLines({ uid, filters, at }: LinesAround) {
  return useInfiniteQuery({
    queryKey: ['pod-lines', uid, filters, at ?? ''],
    queryFn: ({ pageParam, signal }) =>
      pageParam === undefined
        ? firstPage({ uid, filters, at, signal })
        : furtherPage({ uid, filters, step: pageParam, signal }),
    initialPageParam: undefined as Step | undefined,
    getPreviousPageParam: ({ lines, older }, _, param): Step | undefined =>
      // The pages before were let go: this one came from them.
      older ?? (param?.order === 'asc' && lines[0] !== undefined ? { order: 'desc', at: lines[0].time } : undefined),
    getNextPageParam: ({ lines, newer }, _, param): Step | undefined => {
      const last = lines.at(-1)
      return (
        newer ?? (param?.order === 'desc' && last !== undefined ? { order: 'asc', at: after(last.time) } : undefined)
      )
    },
    maxPages: pagesMax,
    staleTime: Infinity,
  })
}

/** A nanosecond later. */
function after(time: string): string {
  const [seconds, fraction = ''] = time.replace('Z', '').split('.') as [string, string?]
  const next = Number(fraction.padEnd(9, '0')) + 1
  return next === 1e9
    ? new Date(Date.parse(`${seconds}Z`) + 1000).toISOString()
    : `${seconds}.${String(next).padStart(9, '0')}Z`
}
