// The search text: a plain field, in whose place the editor comes once it is loaded. Enter searches.
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useId, useRef, useState } from 'react'
import { ApiError } from '../api/client.ts'
import { useKeys } from '../layout/use-keys.ts'
import { filtersOf } from './logs-search.ts'
import { useRefine } from './use-refine.ts'
import { useSearchEditor } from './use-search-editor.ts'

const route = getRouteApi('/logs')
const label = 'Search text'
const example = 'Search: refused severity:>=warn -debug'

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
    if (written.trim() === q) onSearch()
    else searchFor(written.trim())
  }
  const { host, editor, isLoaded } = useSearchEditor({
    text,
    label,
    placeholder: example,
    onChange: setText,
    onSubmit: submit,
    filters: () => filtersOf(search),
    hasFocus: () => document.activeElement === input.current,
  })
  useEffect(() => editor.current?.setText(text), [text, editor])
  useEffect(() => {
    if (isLoaded) editor.current?.setMistake(wrong?.position, wrong?.message ?? '')
  }, [wrong, editor, isLoaded])
  useKeys({ '/': () => (editor.current ?? input.current)?.focus() })
  return (
    <search>
      <form
        className="search-box"
        onSubmit={(event) => {
          event.preventDefault()
          submit(text)
        }}
      >
        <div className="search-editor" ref={host} />
        {!isLoaded && (
          <input
            ref={input}
            type="search"
            name="q"
            value={text}
            onChange={({ target }) => setText(target.value)}
            aria-label={label}
            aria-invalid={wrong !== undefined}
            aria-describedby={wrong === undefined ? undefined : errorId}
            placeholder={example}
            spellCheck={false}
            autoComplete="off"
          />
        )}
        <button type="submit">Search</button>
      </form>
      {wrong !== undefined && (
        <div className="field-error" id={errorId} role="alert">
          {wrong.position !== undefined && <Place text={q} position={wrong.position} />}
          {wrong.message}
        </div>
      )}
    </search>
  )
}

/** Characters beside the mistake that are shown. */
const besideMax = 24

/** The mistake with what stands beside it: the text may be longer than its field, and may be typed on meanwhile. */
function Place({ text, position }: { text: string; position: number }) {
  const from = Math.max(0, position - besideMax)
  const word = /^\S+/.exec(text.slice(position))?.[0].slice(0, besideMax) ?? ''
  const behind = text.slice(position + word.length, position + word.length + besideMax)
  return (
    <span className="mono mistake-place">
      {from > 0 && '…'}
      {text.slice(from, position)}
      <mark>{word === '' ? '▁' : word}</mark>
      {behind}
    </span>
  )
}
