// The filters of the list that are in force, each with a button that takes it away.
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { FilterName } from './filter-link.tsx'

const route = getRouteApi('/deaths')

const names: readonly FilterName[] = ['namespace', 'owner', 'node', 'outcome', 'image']

export function ChosenFilters() {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/deaths' })
  const chosen = names.flatMap((name) => (search[name] ?? []).map((value) => ({ name, value })))
  if (chosen.length === 0) return null
  function without(name: FilterName, value: string): void {
    void navigate({
      search: ({ [name]: values, ...rest }) => {
        const left = values?.filter((each) => each !== value) ?? []
        return left.length === 0 ? rest : { ...rest, [name]: left }
      },
    })
  }
  return (
    <ul className="chosen" aria-label="Filters">
      {chosen.map(({ name, value }) => (
        <li key={`${name}=${value}`}>
          {name} <strong>{value}</strong>
          <button type="button" aria-label={`Without ${name} ${value}`} onClick={() => without(name, value)}>
            ×
          </button>
        </li>
      ))}
    </ul>
  )
}
