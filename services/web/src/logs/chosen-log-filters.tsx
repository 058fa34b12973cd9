// Filters that are in force, each with a button that takes it away.
import { getRouteApi } from '@tanstack/react-router'
import { without } from '../search-params.ts'
import { Message } from '../text/message.tsx'
import { filterNames } from './logs-search.ts'
import { useRefine } from './use-refine.ts'

const route = getRouteApi('/logs')

export function ChosenLogFilters() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { toggle } = useRefine()
  const chosen = filterNames.flatMap((name) => (search[name] ?? []).map((value) => ({ name, value })))
  if (chosen.length === 0 && search.outcome === undefined) return null
  return (
    <ul className="chosen" aria-label="Filters">
      {chosen.map(({ name, value }) => (
        <li key={`${name}=${value}`}>
          {name}{' '}
          <strong>
            <Message text={value} />
          </strong>
          <button type="button" aria-label={`Without the filter ${name} ${value}`} onClick={() => toggle(name, value)}>
            ×
          </button>
        </li>
      ))}
      {search.outcome !== undefined && (
        <li>
          outcome <strong>{search.outcome.join(', ')}</strong>
          <button
            type="button"
            aria-label="Without the filter outcome"
            onClick={() => void navigate({ search: (before) => without(before, 'outcome') })}
          >
            ×
          </button>
        </li>
      )}
    </ul>
  )
}
