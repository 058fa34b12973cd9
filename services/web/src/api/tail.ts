// The live tail: lines as they arrive.
import { openEvents } from './events.ts'
import type { LogFilters } from './logs.ts'
import type { Line } from './types.ts'

export interface TailHandlers {
  onLine: (line: Line) => void
  /** Lines were left out, or a pod died or was born. */
  onMark: (event: 'dropped' | 'life', data: unknown) => void
  onOpen: () => void
  onBreak: () => void
}

/** Returns what ends it. */
export const openTail = (filters: LogFilters, { onLine, onMark, onOpen, onBreak }: TailHandlers): (() => void) =>
  openEvents({
    path: 'v1/logs/tail',
    query: filters,
    on: {
      line: (data) => onLine(data as Line),
      dropped: (data) => onMark('dropped', data),
      life: (data) => onMark('life', data),
    },
    onOpen,
    onBreak,
  })
