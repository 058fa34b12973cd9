// The time of the search: presets, and fields that take what the API takes. It stands in the address as it was written.
import { getRouteApi } from '@tanstack/react-router'
import { useId } from 'react'
import { ApiError } from '../api/client.ts'
import { useRefine } from './use-refine.ts'

const route = getRouteApi('/logs')

const presets = [
  ['-5m', '5 m'],
  ['-1h', '1 h'],
  ['-6h', '6 h'],
  ['-24h', '24 h'],
  ['-7d', '7 d'],
  [undefined, 'All'],
] as const

export function TimeFields({ error, onSearch }: { error: unknown; onSearch: () => void }) {
  const { from, to } = route.useSearch()
  const { between } = useRefine()
  const errorId = useId()
  const wrong =
    error instanceof ApiError && (error.parameter === 'from' || error.parameter === 'to') ? error : undefined
  /** The same time again is a search again: what is relative may have moved. */
  const set = (nextFrom: string | undefined, nextTo: string | undefined): void =>
    from === nextFrom && to === nextTo ? onSearch() : between(nextFrom, nextTo)
  const field = (name: 'from' | 'to', value: string | undefined, example: string) => (
    <label>
      {name === 'from' ? 'From' : 'To'}
      <input
        key={value}
        type="text"
        name={name}
        defaultValue={value}
        placeholder={example}
        spellCheck={false}
        autoComplete="off"
        title="A time with its zone, 2026-11-23T10:00:00Z; seconds since 1970; or -15m, -2h, now"
        aria-invalid={wrong?.parameter === name}
        aria-describedby={wrong?.parameter === name ? errorId : undefined}
      />
    </label>
  )
  return (
    <div className="time-fields">
      <fieldset className="segments" aria-label="Time">
        {presets.map(([value, label]) => (
          <button
            key={label}
            type="button"
            aria-pressed={to === undefined && from === value}
            onClick={() => set(value, undefined)}
          >
            {label}
          </button>
        ))}
      </fieldset>
      <form
        aria-label="Time from and to"
        onSubmit={(event) => {
          event.preventDefault()
          const fields = new FormData(event.currentTarget)
          set(textOf(fields, 'from'), textOf(fields, 'to'))
        }}
      >
        {field('from', from, '-1h')}
        {field('to', to, 'now')}
        <button type="submit">Set</button>
      </form>
      {wrong !== undefined && (
        <p className="field-error" id={errorId} role="alert">
          {wrong.message}
        </p>
      )}
    </div>
  )
}

function textOf(fields: FormData, name: string): string | undefined {
  const value = fields.get(name)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}
