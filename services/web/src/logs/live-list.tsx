// Lines as they arrive, the newest at the end. It follows them until one scrolls up or pauses.
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useKeys } from '../layout/use-keys.ts'
import { VirtualRows } from '../lines/virtual-rows.tsx'
import { without } from '../search-params.ts'
import { Message } from '../text/message.tsx'
import { Nothing } from '../ui/state.tsx'
import { standardColumns } from './log-columns.ts'
import { LogRow } from './log-row.tsx'
import { filtersOf } from './logs-search.ts'
import type { TailEntry } from './tail-entries.ts'
import { useTail, type Tail } from './use-tail.ts'

const route = getRouteApi('/logs')

export function LiveList() {
  const search = route.useSearch()
  const [isPaused, setIsPaused] = useState(false)
  const [isFollowing, setIsFollowing] = useState(true)
  const tail = useTail(without(filtersOf(search), 'from', 'to'), isPaused)
  const { entries, letGo } = tail.shown
  const toggle = (): void => setIsPaused(!isPaused)
  useKeys({
    p: toggle,
    G: () => setIsFollowing(true),
  })
  return (
    <>
      <div className="live-tools">
        <button type="button" aria-pressed={isPaused} onClick={toggle}>
          {isPaused ? 'Go on' : 'Pause'}
        </button>
        {!isFollowing && !isPaused && (
          <button type="button" onClick={() => setIsFollowing(true)}>
            To the newest line
          </button>
        )}
        <output>{stateText(tail, isPaused)}</output>
        {(search.from !== undefined || search.to !== undefined) && (
          <span className="faint">The time of the search is not that of the live tail.</span>
        )}
      </div>
      {entries.length === 0 ? (
        <Nothing>Waiting for lines that match this search. Those that came before are under Lines.</Nothing>
      ) : (
        <VirtualRows
          rows={entries}
          label="Lines as they arrive"
          start="end"
          isWrapped={search.wrap === undefined}
          isBusy={false}
          edges={{
            before:
              letGo === 0
                ? 'Since you look.'
                : `${letGo.toLocaleString('en')} earlier ones were let go here; a search finds them.`,
            after: '',
          }}
          isFollowing={isFollowing && !isPaused}
          onFollow={setIsFollowing}
        >
          {(entry) => <LiveRow entry={entry} columns={search.columns ?? standardColumns} />}
        </VirtualRows>
      )}
    </>
  )
}

function LiveRow({ entry, columns }: { entry: TailEntry; columns: readonly string[] }) {
  switch (entry.kind) {
    case 'line':
      return <LogRow line={entry.line} columns={columns} isNamed={false} />
    case 'dropped':
      return (
        <div className="gap-row" role="note">
          {entry.text}
        </div>
      )
    case 'life':
    case 'break':
      return (
        <div className="life-row" role="note">
          <Message text={entry.text} />
        </div>
      )
  }
}

function stateText({ shown, waiting, state }: Tail, isPaused: boolean): string {
  if (state === 'connecting') return 'Connecting …'
  if (state === 'broken') return 'The connection broke; it is tried again, and goes on behind the last line.'
  const came = `${shown.lines.toLocaleString('en')} ${shown.lines === 1 ? 'line' : 'lines'}`
  return isPaused ? `Paused: ${waiting.toLocaleString('en')} came meanwhile.` : `Live: ${came} so far.`
}
