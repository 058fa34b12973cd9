// Home: who died, newest first, each with why in one sentence and the last error that it said; or by fingerprint, deaths
// of one fault together.
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useInfiniteQuery } from '@tanstack/react-query'
import { deathsOf } from '../api/deaths.ts'
import { useKeys } from '../layout/use-keys.ts'
import { without } from '../search-params.ts'
import { Failure, Nothing, Waiting } from '../ui/state.tsx'
import { ChosenFilters } from './chosen-filters.tsx'
import { DeathRow } from './death-row.tsx'
import { DeathsChart } from './deaths-chart.tsx'
import { Facets } from './facets.tsx'
import { FaultList } from './fault-list.tsx'
import { TimeRange } from './time-range.tsx'
import { useLiveDeaths } from './use-live-deaths.ts'

const route = getRouteApi('/deaths')

export function DeathsPage() {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/deaths' })
  const isGrouped = search.group === 'fingerprint'
  const live = useLiveDeaths(without(search, 'tz', 'group'))
  return (
    <div className="deaths">
      <div className="view-head">
        <h1>Deaths</h1>
        <fieldset className="segments" aria-label="How deaths are listed">
          <button
            type="button"
            aria-pressed={!isGrouped}
            onClick={() => void navigate({ search: (before) => without(before, 'group') })}
          >
            Each
          </button>
          <button
            type="button"
            aria-pressed={isGrouped}
            onClick={() => void navigate({ search: (before) => ({ ...before, group: 'fingerprint' }) })}
          >
            By fault
          </button>
        </fieldset>
        <TimeRange />
      </div>
      <ChosenFilters />
      {live.count > 0 && (
        <button type="button" className="more" onClick={live.show}>
          {live.count === 1 ? '1 death' : `${live.count} deaths`} since: show
        </button>
      )}
      <DeathsChart />
      <div className="beside">
        <Facets />
        <section aria-label={isGrouped ? 'Faults' : 'Deaths'}>{isGrouped ? <FaultList /> : <DeathList />}</section>
      </div>
    </div>
  )
}

function DeathList() {
  const filters = without(route.useSearch(), 'tz', 'group')
  const { data, error, isFetchingNextPage, hasNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ['deaths', filters],
    queryFn: ({ pageParam, signal }) => deathsOf(filters, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  })
  useKeys({ j: () => moveAmongDeaths(1), k: () => moveAmongDeaths(-1) })
  if (error !== null && data === undefined)
    return <Failure what="The deaths" error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Waiting what="deaths" />
  const deaths = data.pages.flatMap((page) => page.deaths)
  if (deaths.length === 0)
    return (
      <Nothing>
        Nobody died badly in this time, as far as is known.{' '}
        {data.pages[0]?.hints?.map(({ message }) => message).join(' ')}
      </Nothing>
    )
  return (
    <>
      <ol className="death-list">
        {deaths.map((death) => (
          <DeathRow key={`${death.podUid}/${death.container}/${death.containerId}/${death.diedAt}`} death={death} />
        ))}
      </ol>
      {hasNextPage && (
        <button type="button" className="more" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {isFetchingNextPage ? 'Reading …' : 'Earlier deaths'}
        </button>
      )}
    </>
  )
}

function moveAmongDeaths(step: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>('.death-list a.pod-link')]
  const at = rows.findIndex((row) => row === document.activeElement)
  rows[at === -1 ? 0 : at + step]?.focus()
}
