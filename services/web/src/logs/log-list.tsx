// The lines that were found, newest or oldest first, or around the one that the address names.
import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'
import { ApiError } from '../api/client.ts'
import type { Line } from '../api/types.ts'
import { lineKey, uniqueKeys } from '../lines/line-key.ts'
import { windowKey } from '../lines/line-window.ts'
import { windowEdges } from '../lines/window-edges.tsx'
import { VirtualRows } from '../lines/virtual-rows.tsx'
import { Nothing } from '../ui/state.tsx'
import { Unanswered } from '../ui/unanswered.tsx'
import { isLineOf, readHandle } from './line-handle.ts'
import { standardColumns } from './log-columns.ts'
import { LogRow } from './log-row.tsx'
import { logLinesKey, type LogLines } from './use-log-lines.ts'

const route = getRouteApi('/logs')

export interface LogListProps {
  query: LogLines
  run: number
}

export function LogList({ query, run }: LogListProps) {
  const search = route.useSearch()
  const { data, hasNextPage, hasPreviousPage } = query
  const isOldestFirst = search.order === 'asc'
  const handle = useMemo(() => (search.line === undefined ? undefined : readHandle(search.line)), [search.line])
  const begin = isOldestFirst ? 'oldest' : 'newest'
  const key = windowKey({ queryKey: logLinesKey(search, run), at: handle?.time, begin })
  const rows = useMemo(
    () => rowsOf(data?.pages.flatMap(({ lines }) => lines) ?? [], isOldestFirst),
    [data, isOldestFirst],
  )
  if (query.error instanceof ApiError && isInHead(query.error))
    return <Nothing>The search has to be mended first.</Nothing>
  if (data === undefined) return <Unanswered what="the lines" queryKey={key} query={query} />
  const hints = [...new Set(data.pages.flatMap((page) => page.hints))]
  if (rows.length === 0 && !hasNextPage && !hasPreviousPage) return <NoLines hints={hints} />
  const named = handle === undefined ? undefined : namedRow(rows, handle)
  const { older, newer } = windowEdges(query)
  const [before, behind] = isOldestFirst ? [older, newer] : [newer, older]
  return (
    <>
      {hints.length > 0 && <p className="notice">{hints.join(' ')}</p>}
      {handle !== undefined && named?.isExact === false && (
        <p className="notice">This line is not among those of the search: here is its time.</p>
      )}
      <VirtualRows
        key={JSON.stringify([key, isOldestFirst])}
        rows={rows}
        label="Lines"
        start={named?.index ?? 'start'}
        isWrapped={search.wrap === undefined}
        isBusy={query.isFetching}
        edges={{ before: before.text, after: behind.text }}
        onNearStart={before.read}
        onNearEnd={behind.read}
      >
        {(row) => (
          <LogRow
            line={row.line}
            columns={search.columns ?? standardColumns}
            isNamed={named?.isExact === true && row === rows[named.index]}
          />
        )}
      </VirtualRows>
    </>
  )
}

/** What is wrong stands under its field. */
const isInHead = ({ parameter }: ApiError): boolean => parameter === 'q' || parameter === 'from' || parameter === 'to'

const NoLines = ({ hints }: { hints: readonly string[] }) => (
  <Nothing>
    <div>
      <p>No line matches this search in this time.</p>
      {hints.map((hint) => (
        <p key={hint}>{hint}</p>
      ))}
      {hints.length === 0 && <p>A longer time, or fewer filters, may find some.</p>}
    </div>
  </Nothing>
)

interface LineRow {
  key: string
  line: Line
}

function rowsOf(lines: readonly Line[], isOldestFirst: boolean): LineRow[] {
  const unique = uniqueKeys()
  const rows = lines.map((line) => ({ key: unique(lineKey(line)), line }))
  return isOldestFirst ? rows : rows.toReversed()
}

/** The line of the address, or the row nearest in time. */
function namedRow(
  rows: readonly LineRow[],
  handle: NonNullable<ReturnType<typeof readHandle>>,
): { index: number; isExact: boolean } | undefined {
  const exact = rows.findIndex(({ line }) => isLineOf(handle, line))
  if (exact !== -1) return { index: exact, isExact: true }
  const isOldestFirst = (rows[0]?.line.time ?? '') <= (rows.at(-1)?.line.time ?? '')
  const near = rows.findIndex(({ line: { time } }) => (isOldestFirst ? time >= handle.time : time <= handle.time))
  return near === -1 ? undefined : { index: near, isExact: false }
}
