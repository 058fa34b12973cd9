// Lines around a place as pages that grow in both directions and are let go at the other end, so that a million lines can
// be gone through in little memory. What reads a page is given: lines of a pod, or of a search.
import { useInfiniteQuery } from '@tanstack/react-query'
import type { Line } from '../api/types.ts'
import { after } from '../time/after.ts'

/** Pages of some 300 lines that are kept. */
const pagesMax = 30

/** Where to go on: the request that was made, and the cursor behind it. */
export interface Step {
  order: 'asc' | 'desc'
  /** Lines of this time and later (asc), or before it (desc). */
  at?: string
  cursor?: string
}

/** Lines in the order of the step. */
export interface LinesAnswer {
  lines: Line[]
  next: string | null
  /** Of an empty answer: what is to blame. */
  hints?: { message: string }[]
  /** Of a search that met its limits: what to narrow. */
  hint?: string
}

export type ReadLines = (step: Step, signal: AbortSignal) => Promise<LinesAnswer>

export interface LinePage {
  /** Oldest first. */
  lines: Line[]
  older: Step | undefined
  newer: Step | undefined
  hints: readonly string[]
}

export interface LineWindow {
  /** What the lines are, for the cache. */
  queryKey: readonly unknown[]
  read: ReadLines
  /** A time to begin at; undefined: an end. */
  at: string | undefined
  /** At which end to begin where there is no time. */
  begin: 'oldest' | 'newest'
  isEnabled?: boolean
}

export const windowKey = ({
  queryKey,
  at,
  begin,
}: Pick<LineWindow, 'queryKey' | 'at' | 'begin'>): readonly unknown[] => [...queryKey, at ?? begin]

export function useLineWindow({ queryKey, read, at, begin, isEnabled = true }: LineWindow) {
  return useInfiniteQuery({
    queryKey: windowKey({ queryKey, at, begin }),
    queryFn: ({ pageParam, signal }) =>
      pageParam === undefined ? firstPage(read, at, begin, signal) : furtherPage(read, pageParam, signal),
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
    enabled: isEnabled,
    maxPages: pagesMax,
    staleTime: Infinity,
  })
}

/** The lines at an end, or, with a time, those on both sides of it. */
async function firstPage(
  read: ReadLines,
  at: string | undefined,
  begin: LineWindow['begin'],
  signal: AbortSignal,
): Promise<LinePage> {
  if (at === undefined) return furtherPage(read, { order: begin === 'oldest' ? 'asc' : 'desc' }, signal)
  const [before, behind] = await Promise.all([
    furtherPage(read, { order: 'desc', at }, signal),
    furtherPage(read, { order: 'asc', at }, signal),
  ])
  return {
    lines: [...before.lines, ...behind.lines],
    older: before.older,
    newer: behind.newer,
    hints: [...before.hints, ...behind.hints],
  }
}

async function furtherPage(read: ReadLines, step: Step, signal: AbortSignal): Promise<LinePage> {
  const { lines, next, hint, hints = [] } = await read(step, signal)
  const further = next === null ? undefined : { ...step, cursor: next }
  const said = [...(hint === undefined ? [] : [hint]), ...hints.map(({ message }) => message)]
  return step.order === 'desc'
    ? { lines: lines.toReversed(), older: further, newer: undefined, hints: said }
    : { lines, older: undefined, newer: further, hints: said }
}
