// Brings the editor into the place of the plain field once it is loaded. Where that fails, the field stays.
import { useEffect, useRef, useState, type RefObject } from 'react'
import type { SearchEditor, SearchEditorOptions } from './search-editor.ts'

export interface EditorPlace {
  host: RefObject<HTMLDivElement | null>
  editor: RefObject<SearchEditor | undefined>
  isLoaded: boolean
}

export type EditorUse = Omit<SearchEditorOptions, 'host'> & {
  /** Whether the field that the editor replaces has the focus. */
  hasFocus: () => boolean
}

export function useSearchEditor(options: EditorUse): EditorPlace {
  const host = useRef<HTMLDivElement>(null)
  const editor = useRef<SearchEditor>(undefined)
  const current = useRef(options)
  const [isLoaded, setIsLoaded] = useState(false)
  useEffect(() => {
    current.current = options
  })
  useEffect(() => {
    let isGone = false
    async function load(): Promise<void> {
      const { createSearchEditor } = await import('./search-editor.ts')
      if (isGone || host.current === null) return
      const { text, label, placeholder, hasFocus } = current.current
      const isFocused = hasFocus()
      editor.current = createSearchEditor({
        host: host.current,
        text,
        label,
        placeholder,
        onChange: (next) => current.current.onChange(next),
        onSubmit: (next) => current.current.onSubmit(next),
        filters: () => current.current.filters(),
      })
      setIsLoaded(true)
      if (isFocused) editor.current.focus()
    }
    void load().catch(() => undefined)
    return () => {
      isGone = true
      editor.current?.close()
      editor.current = undefined
    }
  }, [])
  return { host, editor, isLoaded }
}
