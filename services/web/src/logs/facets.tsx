// What the lines of the search are, by a few fields: the values of each with their counts, to choose from. They are read
// behind the lines, each on its own.
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { valuesOf } from '../api/logs.ts'
import { Message } from '../text/message.tsx'
import { Unanswered } from '../ui/unanswered.tsx'
import { filtersBut, filtersOf, type FilterName } from './logs-search.ts'
import { useRefine } from './use-refine.ts'

const route = getRouteApi('/logs')

/** Those that are open at first. */
const facets: readonly { name: FilterName; isOpen: boolean }[] = [
  { name: 'severity', isOpen: true },
  { name: 'namespace', isOpen: true },
  { name: 'owner', isOpen: true },
  { name: 'container', isOpen: true },
  { name: 'pod', isOpen: false },
  { name: 'node', isOpen: false },
  { name: 'stream', isOpen: false },
]
const valuesAtFirst = 8
const valuesMax = 100

/** `isReady`: the lines are there, so that these do not hold them up. */
export function Facets({ isReady, run }: { isReady: boolean; run: number }) {
  const search = route.useSearch()
  // Where they stand above the lines, they are closed.
  const [isBeside] = useState(() => matchMedia('(min-width: 1100px)').matches)
  return (
    <aside className="log-facets" aria-label="What the lines are">
      {facets.map(({ name, isOpen }) => (
        <Facet
          key={name}
          name={name}
          isOpenFirst={(isOpen && isBeside) || search[name] !== undefined}
          isReady={isReady}
          run={run}
        />
      ))}
    </aside>
  )
}

interface FacetProps {
  name: FilterName
  isOpenFirst: boolean
  isReady: boolean
  run: number
}

function Facet({ name, isOpenFirst, isReady, run }: FacetProps) {
  const [isOpen, setIsOpen] = useState(isOpenFirst)
  const chosen = route.useSearch({ select: (search) => search[name]?.length ?? 0 })
  return (
    <details open={isOpen} onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>
        {name}
        {chosen > 0 && <span className="faint"> · {chosen} chosen</span>}
      </summary>
      {isOpen && <FacetValues name={name} isReady={isReady} run={run} />}
    </details>
  )
}

function FacetValues({ name, isReady, run }: Omit<FacetProps, 'isOpenFirst'>) {
  const search = route.useSearch()
  const [isLong, setIsLong] = useState(false)
  const { toggle, exclude } = useRefine()
  const filters = filtersBut(filtersOf(search), name)
  const queryKey = ['facet', name, filters, run]
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => valuesOf({ field: name, filters, limit: valuesMax, signal }),
    enabled: isReady,
    retry: false,
    staleTime: Infinity,
  })
  if (query.data === undefined)
    return isReady ? <Unanswered what={`the values of ${name}`} queryKey={queryKey} query={query} /> : null
  const chosen = search[name] ?? []
  const counted = query.data.values.filter(({ value }) => value !== '')
  const values = [
    ...chosen.filter((value) => !counted.some((each) => each.value === value)).map((value) => ({ value, count: 0 })),
    ...counted,
  ]
  if (values.length === 0) return <p className="faint">None.</p>
  const shown = isLong ? values : values.slice(0, valuesAtFirst)
  const ofPods = query.data.values.some(({ source }) => source === 'pod')
  return (
    <>
      <ul>
        {shown.map(({ value, count }) => (
          <li key={value}>
            <button
              type="button"
              className="log-facet-value"
              aria-pressed={chosen.includes(value)}
              onClick={() => toggle(name, value)}
            >
              <span title={value}>
                <Message text={value} />
              </span>
              <span className="faint">
                {count.toLocaleString('en')}
                {ofPods && (count === 1 ? ' pod' : ' pods')}
              </span>
            </button>
            <button
              type="button"
              className="quiet log-facet-without"
              aria-label={`Without ${name} ${value}`}
              title="Without this"
              onClick={() => exclude(name, value)}
            >
              −
            </button>
          </li>
        ))}
      </ul>
      {values.length > shown.length && (
        <button type="button" className="quiet" onClick={() => setIsLong(true)}>
          {values.length >= valuesMax ? 'The most frequent' : 'All'} {values.length}
        </button>
      )}
    </>
  )
}
