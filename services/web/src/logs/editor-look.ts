// Colours and sizes of the search editor, with the variables of base.css, which reach into its shadow root.
import { EditorView } from '@codemirror/view'

export const editorLook = EditorView.theme({
  '&': {
    background: 'var(--raised)',
    color: 'var(--ink)',
    border: '1px solid var(--line)',
    borderRadius: '6px',
    fontSize: '13px',
  },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '1px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '20px', maxHeight: '8.5em', overflow: 'auto' },
  '.cm-content': { padding: '4px 4px', caretColor: 'var(--ink)' },
  '.cm-placeholder': { color: 'var(--faint)' },
  '.token-field': { color: 'var(--accent)' },
  '.token-value': { color: 'var(--fine)' },
  '.token-phrase': { color: 'var(--fine)' },
  '.token-regex': { color: 'var(--oomkilled)' },
  '.token-operator, .token-paren': { color: 'var(--evicted)', fontWeight: '700' },
  '.mistake': { textDecoration: 'underline wavy var(--crashed)', textDecorationSkipInk: 'none' },
  '.cm-tooltip': {
    background: 'var(--raised)',
    border: '1px solid var(--line)',
    borderRadius: '6px',
    color: 'var(--ink)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '18em' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 8px', display: 'flex', gap: '12px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { background: 'var(--accent)', color: 'var(--paper)' },
  '.cm-completionLabel': { flex: '1', overflow: 'hidden', textOverflow: 'ellipsis' },
  '.cm-completionDetail': { fontStyle: 'normal', color: 'var(--faint)', marginLeft: '0' },
  'li[aria-selected] .cm-completionDetail': { color: 'var(--paper)' },
})
