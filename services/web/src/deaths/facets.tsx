// What the deaths of this time have in common, with their numbers: each value is a filter. They are read after the list,
// and stand in nobody's way.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { deathFacetsOf } from '../api/deaths.ts'
import type { DeathFacets } from '../api/types.ts'
import { parseSearch, stringifySearch, without } from '../search-params.ts'
import { outcomes, outcomeWord } from '../ui/outcome.tsx'
import { Failure } from '../ui/state.tsx'
import type { FilterName } from './filter-link.tsx'

const route = getRouteApi('/deaths')
const names: readonly (readonly [name: FilterName, title: string])[] = [
  ['outcome', 'Outcome'],
  ['namespace', 'Namespace'],
  ['owner', 'Owner'],
  ['node', 'Node'],
  ['image', 'Image'],
]

export function Facets() {
  const filters = without(route.useSearch(), 'tz', 'group')
  const { data, error, refetch } = useQuery({
    queryKey: ['death-facets', filters],
    queryFn: ({ signal }) => deathFacetsOf(filters, signal),
    placeholderData: keepPreviousData,
  })
  if (error !== null) return <Failure what="What to filter by" error={error} onRetry={() => void refetch()} />
  return (
    <details className="facets" open={matchMedia('(min-width: 1100px)').matches}>
      <summary>Filter</summary>
      {names.map(([name, title]) => (
        <Facet key={name} name={name} title={title} facet={data?.facets[name]} />
      ))}
    </details>
  )
}

interface FacetProps {
  name: FilterName
  title: string
  facet: DeathFacets['facets'][FilterName] | undefined
}

function Facet({ name, title, facet }: FacetProps) {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const chosen: readonly string[] = search[name] ?? []
  if (facet === undefined || facet.values.length === 0) return null
  function toggle(value: string): void {
    const values = chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value]
    // By way of the address, so that what is no value of this parameter goes no further.
    void navigate({ search: (before) => parseSearch(stringifySearch({ ...before, [name]: values })) })
  }
  return (
    <fieldset className="facet">
      <legend>{title}</legend>
      {facet.values.map(({ value, count }) => (
        <label key={value}>
          <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />
          <span className="facet-value" title={value}>
            {facetText(name, value)}
          </span>
          <span className="faint">{count.toLocaleString('en')}</span>
        </label>
      ))}
      {facet.total > facet.values.length && <p className="faint">and {facet.total - facet.values.length} more</p>}
    </fieldset>
  )
}

function facetText(name: FilterName, value: string): string {
  if (value === '') return 'none'
  // The registry is the same for most: the title has all of it.
  if (name === 'image') return value.slice(value.lastIndexOf('/') + 1)
  const outcome = name === 'outcome' ? outcomes.find((each) => each === value) : undefined
  return outcome === undefined ? value : outcomeWord(outcome)
}
