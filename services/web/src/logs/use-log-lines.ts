// The lines of the search in the address, as they are read: an end, or around the line that the address names.
import { logLines } from '../api/logs.ts'
import { useLineWindow } from '../lines/line-window.ts'
import { readHandle } from './line-handle.ts'
import { filtersOf, type LogsSearch } from './logs-search.ts'

export const logLinesKey = (search: LogsSearch, run: number): readonly unknown[] => [
  'log-lines',
  filtersOf(search),
  run,
]

export type LogLines = ReturnType<typeof useLogLines>

/** `run`: counts searches, since the same text is searched for again with times that are relative. */
export function useLogLines(search: LogsSearch, run: number) {
  const at = search.line === undefined ? undefined : readHandle(search.line)?.time
  return useLineWindow({
    queryKey: logLinesKey(search, run),
    read: logLines(filtersOf(search)),
    at,
    begin: search.order === 'asc' ? 'oldest' : 'newest',
    isEnabled: search.view === undefined,
  })
}
