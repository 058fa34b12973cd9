// Keys of a view: single ones, `mod+k`, and two in a row, `g d`. A key that goes into a field is the field's.
import { useEffect, useRef } from 'react'

/** ms within which the second key of two has to come. */
const togetherMs = 1000

export function useKeys(actions: Readonly<Record<string, () => void>>): void {
  const current = useRef(actions)
  useEffect(() => {
    current.current = actions
  })
  useEffect(() => {
    let first: { key: string; atMs: number } | undefined
    function act(event: KeyboardEvent): void {
      const withMod = event.metaKey || event.ctrlKey
      if (event.altKey || event.defaultPrevented || (isField(event.composedPath()[0]) && !withMod)) return
      const key = withMod ? `mod+${event.key.toLowerCase()}` : event.key
      const together = first !== undefined && event.timeStamp - first.atMs < togetherMs ? `${first.key} ${key}` : key
      first = { key, atMs: event.timeStamp }
      const action = current.current[together] ?? current.current[key]
      if (action === undefined) return
      event.preventDefault()
      first = undefined
      action()
    }
    document.addEventListener('keydown', act)
    return () => document.removeEventListener('keydown', act)
  }, [])
}

/** A field may stand in a shadow root, as the editor of search text does. */
const isField = (target: EventTarget | undefined): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
