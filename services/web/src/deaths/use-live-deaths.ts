// Deaths that become known while the list is open. A reader at the top sees them come; below it, where rows that move
// would be in the way, they are counted until asked for.
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useState } from 'react'
import { openEvents } from '../api/events.ts'
import type { DeathFilters } from '../api/deaths.ts'
import { without } from '../search-params.ts'

/** ms between two readings of the list: deaths come in crowds. */
const pauseMs = 2000
/** Pixels from the top within which the list is read anew by itself. */
const topPx = 200

export interface LiveDeaths {
  /** How many the list lacks. */
  count: number
  show: () => void
}

const queries = ['deaths', 'faults', 'death-counts', 'death-facets']

export function useLiveDeaths(filters: DeathFilters): LiveDeaths {
  const client = useQueryClient()
  // A list of the past changes no more.
  const isPast = filters.to !== undefined
  const filtersText = JSON.stringify(without(filters, 'from', 'to'))
  const [since, setSince] = useState({ filtersText, count: 0 })
  const show = useCallback(() => {
    setSince({ filtersText, count: 0 })
    for (const query of queries) void client.invalidateQueries({ queryKey: [query] })
  }, [client, filtersText])
  useEffect(() => {
    if (isPast) return undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const showSoon = (): void => {
      timer = undefined
      if (scrollY <= topPx) show()
    }
    const end = openEvents({
      path: 'v1/deaths/tail',
      query: JSON.parse(filtersText) as Record<string, string[]>,
      on: {
        death: () => {
          setSince((before) => ({ filtersText, count: before.filtersText === filtersText ? before.count + 1 : 1 }))
          timer ??= setTimeout(showSoon, pauseMs)
        },
      },
    })
    return () => {
      clearTimeout(timer)
      end()
    }
  }, [show, isPast, filtersText])
  return { count: !isPast && since.filtersText === filtersText ? since.count : 0, show }
}
