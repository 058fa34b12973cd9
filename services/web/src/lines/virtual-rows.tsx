// A long list of rows of which only those on the screen are in the document. Rows may come and go at both ends: those on
// the screen stay where they are.
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useLayoutEffect, useRef, type ReactNode } from 'react'

const rowHeight = 24
/** Rows before an end of the list at which more are read. */
const readAhead = 60
/** px from the end within which the list is at its end. */
const endSlack = 30

export interface VirtualRowsProps<Row extends { key: string }> {
  rows: readonly Row[]
  label: string
  /** Where the list opens: at an end, or with the row of this index in the middle. */
  start: 'start' | 'end' | number
  isWrapped: boolean
  isBusy: boolean
  edges: { before: ReactNode; after: ReactNode }
  /** Reads more rows; undefined where there are none, or while some are read. */
  onNearStart?: (() => void) | undefined
  onNearEnd?: (() => void) | undefined
  /** Whether the list stays at its end as rows come; told as the reader leaves the end or comes back. */
  isFollowing?: boolean
  onFollow?: (isFollowing: boolean) => void
  children: (row: Row) => ReactNode
}

export function VirtualRows<Row extends { key: string }>({
  rows,
  label,
  start,
  isWrapped,
  isBusy,
  edges,
  onNearStart,
  onNearEnd,
  isFollowing = false,
  onFollow,
  children,
}: VirtualRowsProps<Row>) {
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]!.key,
    overscan: 20,
  })
  useStart(virtual, rows, start)
  const place = useKeptPlace(virtual, rows, isFollowing)
  useFollowedEnd(virtual, rows, isFollowing)
  const shown = virtual.getVirtualItems()
  const first = shown[0]?.index ?? 0
  const last = shown.at(-1)?.index ?? 0
  useEffect(() => {
    // Until the list has come where it was moved, it shows others.
    if (shown.length === 0 || place.current?.isMoving === true) return
    if (first < readAhead && onNearStart !== undefined) onNearStart()
    else if (last > rows.length - readAhead && onNearEnd !== undefined) onNearEnd()
  })
  return (
    <div
      ref={scroller}
      className={isWrapped ? 'stream mono' : 'stream mono no-wrap'}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- What scrolls has to be reached by keys.
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label={label}
      aria-busy={isBusy}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) =>
        onFollow?.(scrollHeight - scrollTop - clientHeight < endSlack)
      }
    >
      <p className="edge">{edges.before}</p>
      <div className="stream-rows" style={{ height: virtual.getTotalSize() }}>
        {shown.map((item) => (
          <div
            key={item.key}
            ref={virtual.measureElement}
            data-index={item.index}
            className="stream-row"
            style={{ transform: `translateY(${item.start}px)` }}
          >
            {children(rows[item.index]!)}
          </div>
        ))}
      </div>
      <p className="edge">{edges.after}</p>
    </div>
  )
}

type Virtual = ReturnType<typeof useVirtualizer<HTMLDivElement, Element>>
type Rows = readonly { key: string }[]

function useStart(virtual: Virtual, rows: Rows, start: VirtualRowsProps<{ key: string }>['start']): void {
  const isPlaced = useRef(false)
  useLayoutEffect(() => {
    if (isPlaced.current || rows.length === 0) return
    isPlaced.current = true
    if (start === 'end') virtual.scrollToIndex(rows.length - 1, { align: 'end' })
    else if (start !== 'start') virtual.scrollToIndex(start, { align: 'center' })
  }, [virtual, rows, start])
}

interface Place {
  rows: Rows
  /** Of the row at the top of the screen, and px of it that are above. */
  topKey: string | undefined
  within: number
  /** Where the list was scrolled to when this was seen. */
  offset: number | null
  /** Whether the list was moved, and has not come there yet. */
  isMoving: boolean
}

/** Where rows come before those on the screen, or go there, these stay where they are. */
function useKeptPlace(virtual: Virtual, rows: Rows, isFollowing: boolean): React.RefObject<Place | undefined> {
  const place = useRef<Place | undefined>(undefined)
  useLayoutEffect(() => {
    const before = place.current
    const offset = virtual.scrollOffset
    if (before !== undefined && before.rows[0]?.key !== rows[0]?.key && !isFollowing) {
      const index = before.topKey === undefined ? -1 : rows.findIndex(({ key }) => key === before.topKey)
      const start = index < 0 ? undefined : virtual.measurementsCache[index]?.start
      place.current = { ...before, rows, isMoving: start !== undefined }
      if (start !== undefined) virtual.scrollToOffset(start + before.within)
    } else if (before === undefined || before.offset !== offset) {
      const top = virtual.getVirtualItemForOffset(offset ?? 0)
      const topKey = top === undefined ? undefined : rows[top.index]?.key
      place.current = { rows, topKey, within: (offset ?? 0) - (top?.start ?? 0), offset, isMoving: false }
    } else place.current = { ...before, rows }
  })
  return place
}

function useFollowedEnd(virtual: Virtual, rows: Rows, isFollowing: boolean): void {
  useLayoutEffect(() => {
    if (isFollowing && rows.length > 0) virtual.scrollToIndex(rows.length - 1, { align: 'end' })
  }, [virtual, rows, isFollowing])
}
