// All that a pod said, in the order of its times, of all its lives: opened at its end or at a time, and read on as one
// scrolls.
import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'
import { podLines } from '../api/pod.ts'
import type { Obituary } from '../api/types.ts'
import { useLineWindow } from '../lines/line-window.ts'
import { windowEdges } from '../lines/window-edges.tsx'
import { VirtualRows } from '../lines/virtual-rows.tsx'
import { defined } from '../search-params.ts'
import { Failure, Nothing, Waiting } from '../ui/state.tsx'
import { StreamRow } from './stream-row.tsx'
import { rowsOf } from './stream-rows.ts'

const route = getRouteApi('/pods/$uid')

export function LineStream({ obituary }: { obituary: Obituary }) {
  const { pod } = obituary
  const { at, container, life, severity, q, wrap } = route.useSearch()
  const filters = defined({ container, life, severity, q })
  const query = useLineWindow({
    queryKey: ['pod-lines', pod.uid, filters],
    read: podLines(pod.uid, filters),
    at,
    begin: 'newest',
  })
  const { data, error, hasPreviousPage, refetch } = query
  const rows = useMemo(
    () => rowsOf(data?.pages.flatMap(({ lines }) => lines) ?? [], pod.containers, !hasPreviousPage),
    [data, pod.containers, hasPreviousPage],
  )
  if (error !== null && data === undefined)
    return <Failure what="The lines" error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Waiting what="its last words" />
  if (rows.length === 0)
    return (
      <Nothing>
        {q === undefined
          ? 'No line of this pod is stored.'
          : 'No line of this pod has this. Esc in the search clears it.'}
      </Nothing>
    )
  const index = at === undefined ? -1 : rows.findIndex((row) => row.kind === 'line' && row.line.time >= at)
  const { older, newer } = windowEdges(query)
  return (
    <VirtualRows
      key={JSON.stringify([pod.uid, filters, at])}
      rows={rows}
      label="Lines of this pod"
      start={index === -1 ? 'end' : index}
      isWrapped={wrap === undefined}
      isBusy={query.isFetching}
      edges={{ before: older.text, after: newer.text }}
      onNearStart={older.read}
      onNearEnd={newer.read}
    >
      {(row) => <StreamRow row={row} isOfMany={pod.containers.length > 1} at={at} />}
    </VirtualRows>
  )
}
