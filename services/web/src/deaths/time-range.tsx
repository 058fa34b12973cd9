// Relative times stand in the address as the API takes them, so that a link says "the last hour" to whoever opens it.
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { defined, without } from '../search-params.ts'

const route = getRouteApi('/deaths')

const ranges = [
  ['-1h', '1 h'],
  ['-6h', '6 h'],
  ['-24h', '24 h'],
  ['-7d', '7 d'],
  [undefined, 'All'],
] as const

/** Both ends as the API takes them: `-2h`, or a time. */
function Ends({ from = '', to = '' }: { from?: string | undefined; to?: string | undefined }) {
  const navigate = useNavigate({ from: '/deaths' })
  return (
    <form
      key={`${from} ${to}`}
      className="ends"
      onSubmit={(event) => {
        event.preventDefault()
        const ends = new FormData(event.currentTarget)
        const times = Object.fromEntries(['from', 'to'].map((name) => [name, textOf(ends, name)]))
        void navigate({ search: (before) => ({ ...without(before, 'from', 'to'), ...defined(times) }) })
      }}
    >
      <input
        name="from"
        defaultValue={from}
        aria-label="From, such as -2h or 2026-12-01T10:00:00Z"
        placeholder="from"
      />
      <input name="to" defaultValue={to} aria-label="To, such as -1h or 2026-12-01T11:00:00Z" placeholder="to" />
      <button type="submit">Show</button>
    </form>
  )
}

function textOf(form: FormData, name: string): string | undefined {
  const value = form.get(name)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

export function TimeRange() {
  const { from, to } = route.useSearch()
  const navigate = useNavigate({ from: '/deaths' })
  return (
    <>
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
      <Ends from={from} to={to} />
    </>
  )
}
