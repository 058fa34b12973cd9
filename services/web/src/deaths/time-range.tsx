// Relative times stand in the address as the API takes them, so that a link says "the last hour" to whoever opens it.
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { without } from '../search-params.ts'

const route = getRouteApi('/deaths')

const ranges = [
  ['-1h', '1 h'],
  ['-6h', '6 h'],
  ['-24h', '24 h'],
  ['-7d', '7 d'],
  [undefined, 'All'],
] as const

export function TimeRange() {
  const { from, to } = route.useSearch()
  const navigate = useNavigate({ from: '/deaths' })
  return (
    <fieldset className="segments" aria-label="Time">
      {ranges.map(([value, label]) => (
        <button
          key={label}
          type="button"
          aria-pressed={to === undefined && from === value}
          onClick={() =>
            void navigate({
              search: (before) => ({
                ...without(before, 'from', 'to'),
                ...(value === undefined ? {} : { from: value }),
              }),
            })
          }
        >
          {label}
        </button>
      ))}
    </fieldset>
  )
}
