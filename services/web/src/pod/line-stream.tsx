// All that a pod said, in the order of its times, of all its lives: opened at its end or at a time, and read on as one
// scrolls. Only what is on the screen is in the document.
import { useVirtualizer } from '@tanstack/react-virtual'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useLayoutEffect, useMemo, useRef } from 'react'
import type { Obituary } from '../api/types.ts'
import { defined } from '../search-params.ts'
import { Failure, Nothing, Waiting } from '../ui/state.tsx'
import { StreamRow } from './stream-row.tsx'
import { rowsOf } from './stream-rows.ts'
import { useLines } from './use-lines.ts'

const route = getRouteApi('/pods/$uid')
const rowHeight = 24
/** Rows before an end of the list at which more are read. */
const readAhead = 60

export function LineStream({ obituary }: { obituary: Obituary }) {
  const { pod } = obituary
  const { at, container, life, severity, q, wrap } = route.useSearch()
  const filters = defined({ container, life, severity, q })
  const query = useLines({ uid: pod.uid, filters, at })
  const { data, error, hasPreviousPage, hasNextPage, refetch } = query
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
  return (
    <VirtualRows
      key={JSON.stringify([pod.uid, filters, at])}
      rows={rows}
      query={query}
      at={at}
      isWrapped={wrap === undefined}
      isOfMany={pod.containers.length > 1}
      edges={{ isFirst: !hasPreviousPage, isLast: !hasNextPage }}
    />
  )
}

interface VirtualRowsProps {
  rows: ReturnType<typeof rowsOf>
  query: ReturnType<typeof useLines>
  at: string | undefined
  isWrapped: boolean
  isOfMany: boolean
  edges: { isFirst: boolean; isLast: boolean }
}

function VirtualRows({ rows, query, at, isWrapped, isOfMany, edges }: VirtualRowsProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]!.key,
    overscan: 20,
  })
  useStartAt(virtual, rows, at)
  useKeptPlace(virtual, rows)
  const shown = virtual.getVirtualItems()
  const first = shown[0]?.index ?? 0
  const last = shown.at(-1)?.index ?? 0
  const { hasPreviousPage, hasNextPage, isFetching, fetchPreviousPage, fetchNextPage } = query
  useEffect(() => {
    if (isFetching || shown.length === 0) return
    if (first < readAhead && hasPreviousPage) void fetchPreviousPage()
    else if (last > rows.length - readAhead && hasNextPage) void fetchNextPage()
  })
  return (
    <div
      ref={scroller}
      className={isWrapped ? 'stream mono' : 'stream mono no-wrap'}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- What scrolls has to be reached by keys.
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label="Lines of this pod"
      aria-busy={isFetching}
    >
      <p className="edge">{edges.isFirst ? 'The first line that is stored.' : 'Reading earlier lines …'}</p>
      <div className="stream-rows" style={{ height: virtual.getTotalSize() }}>
        {shown.map((item) => (
          <div
            key={item.key}
            ref={virtual.measureElement}
            data-index={item.index}
            className="stream-row"
            style={{ transform: `translateY(${item.start}px)` }}
          >
            <StreamRow row={rows[item.index]!} isOfMany={isOfMany} at={at} />
          </div>
        ))}
      </div>
      <p className="edge">{edges.isLast ? 'The last line that is stored.' : 'Reading later lines …'}</p>
    </div>
  )
}

type Virtual = ReturnType<typeof useVirtualizer<HTMLDivElement, Element>>
type Rows = VirtualRowsProps['rows']

/** Begins at the end, or with the place in the middle. */
function useStartAt(virtual: Virtual, rows: Rows, at: string | undefined): void {
  const isPlaced = useRef(false)
  useLayoutEffect(() => {
    if (isPlaced.current || rows.length === 0) return
    isPlaced.current = true
    const index = at === undefined ? -1 : rows.findIndex((row) => row.kind === 'line' && row.line.time >= at)
    if (index === -1) virtual.scrollToIndex(rows.length - 1, { align: 'end' })
    else virtual.scrollToIndex(index, { align: 'center' })
  }, [virtual, rows, at])
}

/** Where rows come before those on the screen, or go there, these stay where they are. */
function useKeptPlace(virtual: Virtual, rows: Rows): void {
  const before = useRef<{ firstKey: string; rows: Rows } | undefined>(undefined)
  useLayoutEffect(() => {
    const firstKey = rows[0]?.key
    const known = before.current
    if (firstKey !== undefined) before.current = { firstKey, rows }
    if (known === undefined || firstKey === undefined || known.firstKey === firstKey) return
    const top = virtual.getVirtualItemForOffset(virtual.scrollOffset ?? 0)
    const topKey = top === undefined ? undefined : known.rows[top.index]?.key
    const index = topKey === undefined ? -1 : rows.findIndex(({ key }) => key === topKey)
    if (index < 0 || top === undefined) return
    const within = (virtual.scrollOffset ?? 0) - top.start
    const offset = virtual.getOffsetForIndex(index, 'start')?.[0]
    if (offset !== undefined) virtual.scrollToOffset(offset + within)
  }, [virtual, rows])
}
