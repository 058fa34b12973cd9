// Lines around a place as pages that grow in both directions and are let go at the other end, so that a million lines can
// be gone through in little memory. What reads a page is given: lines of a pod, or of a search.
import { useInfiniteQuery } from '@tanstack/react-query'
import type { Line } from '../api/types.ts'
import { newerThan, olderThan, withoutKnown, type Step } from './window-steps.ts'

/** Pages of some 300 lines that are kept. */
const pagesMax = 30

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
    // Where the pages behind an end were let go, this one came from them.
    getPreviousPageParam: ({ lines, older }, _, param): Step | undefined =>
      older ?? (param?.order === 'asc' ? olderThan(lines) : undefined),
    getNextPageParam: ({ lines, newer }, _, param): Step | undefined =>
      newer ?? (param?.order === 'desc' ? newerThan(lines) : undefined),
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
  const { lines: answered, next, hint, hints = [] } = await read(step, signal)
  const lines = withoutKnown(answered, step)
  const further = next === null ? undefined : { ...step, cursor: next }
  const said = [...(hint === undefined ? [] : [hint]), ...hints.map(({ message }) => message)]
  return step.order === 'desc'
    ? { lines: lines.toReversed(), older: further, newer: undefined, hints: said }
    : { lines, older: undefined, newer: further, hints: said }
}
