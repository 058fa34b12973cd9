// The search text. Enter searches.
import { getRouteApi } from '@tanstack/react-router'
import { useId, useRef, useState } from 'react'
import { ApiError } from '../api/client.ts'
import { useKeys } from '../layout/use-keys.ts'
import { useRefine } from './use-refine.ts'

const route = getRouteApi('/logs')

export function SearchBox({ error, onSearch }: { error: unknown; onSearch: () => void }) {
  const search = route.useSearch()
  const { search: searchFor } = useRefine()
  const q = search.q ?? ''
  const [text, setText] = useState(q)
  const [asked, setAsked] = useState(q)
  // The address may change without this field.
  if (asked !== q) {
    setAsked(q)
    setText(q)
  }
  const errorId = useId()
  const input = useRef<HTMLInputElement>(null)
  const wrong = error instanceof ApiError && error.parameter === 'q' ? error : undefined
  const submit = (written: string): void => {
    searchFor(written.trim() === '' ? '' : written)
    onSearch()
  }
  useKeys({ '/': () => input.current?.focus() })
  return (
    <search>
      <form
        className="search-box"
        onSubmit={(event) => {
          event.preventDefault()
          submit(text)
        }}
      >
        <div className="search-editor">
          <input
            ref={input}
            type="search"
            name="q"
            value={text}
            onChange={({ target }) => setText(target.value)}
            aria-label="Search text"
            aria-invalid={wrong !== undefined}
            aria-describedby={wrong === undefined ? undefined : errorId}
            placeholder="Search: refused severity:>=warn -debug"
            spellCheck={false}
            autoComplete="off"
          />
        </div>
        <button type="submit">Search</button>
      </form>
      {wrong !== undefined && (
        <p className="field-error" id={errorId} role="alert">
          {wrong.message}
        </p>
      )}
    </search>
  )
}
