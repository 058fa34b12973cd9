// The editor of the search text (CodeMirror 6), loaded behind the page. It stands in a shadow root: there its styles are
// style sheets made by script, which the policy of the page allows, and not elements, which it refuses.
import { acceptCompletion, autocompletion, completionKeymap, startCompletion } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { EditorState, StateEffect, StateField, type Extension, type Range } from '@codemirror/state'
import { Decoration, EditorView, keymap, placeholder, ViewPlugin, type DecorationSet } from '@codemirror/view'
import type { LogFilters } from '../api/logs.ts'
import { completionSource } from './completions.ts'
import { editorLook } from './editor-look.ts'
import { searchTokens } from './search-tokens.ts'

export interface SearchEditorOptions {
  host: HTMLElement
  text: string
  label: string
  placeholder: string
  onChange: (text: string) => void
  onSubmit: (text: string) => void
  /** Of the search, for what is completed. */
  filters: () => LogFilters
}

export interface SearchEditor {
  setText(text: string): void
  /** Where the text is wrong: UTF-16 units from its start. */
  setMistake(position: number | undefined, message: string): void
  focus(): void
  close(): void
}

export function createSearchEditor(options: SearchEditorOptions): SearchEditor {
  const { host, text } = options
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
  root.replaceChildren()
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({ doc: text, extensions: extensionsOf(options) }),
  })
  return {
    setText: (next) => {
      const now = view.state.doc.toString()
      if (next !== now) view.dispatch({ changes: { from: 0, to: now.length, insert: next } })
    },
    setMistake: (position, message) => {
      view.dispatch({ effects: setMistake.of(position) })
      view.contentDOM.setAttribute('aria-invalid', String(position !== undefined))
      if (message === '') view.contentDOM.removeAttribute('aria-description')
      else view.contentDOM.setAttribute('aria-description', message)
    },
    focus: () => view.focus(),
    close: () => view.destroy(),
  }
}

function extensionsOf({ label, placeholder: example, onChange, onSubmit, filters }: SearchEditorOptions): Extension[] {
  const submit = (view: EditorView): boolean => {
    onSubmit(view.state.doc.toString())
    return true
  }
  return [
    history(),
    oneLine,
    colours,
    mistake,
    autocompletion({
      override: [completionSource(filters)],
      selectOnOpen: false,
      icons: false,
      defaultKeymap: false,
      activateOnCompletion: ({ type }) => type === 'field',
    }),
    keymap.of([
      // Nothing is chosen unasked: then Enter searches, and Tab leaves the field.
      { key: 'Enter', run: (view) => acceptCompletion(view) || submit(view) },
      { key: 'Tab', run: acceptCompletion },
      { key: 'Alt-ArrowDown', run: startCompletion },
      ...completionKeymap.filter(({ key }) => key !== 'Enter'),
      ...historyKeymap,
      ...defaultKeymap.filter(({ key }) => key !== 'Enter'),
    ]),
    placeholder(example),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({
      'aria-label': label,
      'aria-multiline': 'false',
      spellcheck: 'false',
      autocapitalize: 'off',
      enterkeyhint: 'search',
    }),
    EditorView.updateListener.of(({ docChanged, state }) => {
      if (docChanged) onChange(state.doc.toString())
    }),
    editorLook,
  ]
}

/** What is pasted with ends of lines is put into one. */
const oneLine = EditorState.transactionFilter.of((transaction) => {
  if (!transaction.docChanged || transaction.newDoc.lines === 1) return transaction
  const text = transaction.newDoc.toString().replaceAll(/\s*\n\s*/g, ' ')
  return [
    { changes: { from: 0, to: transaction.startState.doc.length, insert: text }, selection: { anchor: text.length } },
  ]
})

const colours = ViewPlugin.define(
  (view) => ({
    decorations: colourSet(view.state),
    update({ docChanged, state }) {
      if (docChanged) this.decorations = colourSet(state)
    },
  }),
  { decorations: (plugin) => plugin.decorations },
)

function colourSet(state: EditorState): DecorationSet {
  const marks: Range<Decoration>[] = searchTokens(state.doc.toString()).map(({ kind, from, to }) =>
    Decoration.mark({ class: `token-${kind}` }).range(from, to),
  )
  return Decoration.set(marks)
}

const setMistake = StateEffect.define<number | undefined>()

/** The word where the text is wrong; gone as soon as the text changes. */
const mistake = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(before, transaction) {
    const effect = transaction.effects.find((each) => each.is(setMistake))
    if (effect !== undefined) return mistakeSet(transaction.state, effect.value)
    return transaction.docChanged ? Decoration.none : before
  },
  provide: (field) => EditorView.decorations.from(field),
})

function mistakeSet(state: EditorState, position: unknown): DecorationSet {
  const text = state.doc.toString()
  if (typeof position !== 'number' || text === '') return Decoration.none
  const from = Math.min(position, text.length - 1)
  const length = /^\S+/.exec(text.slice(from))?.[0].length ?? 1
  return Decoration.set([Decoration.mark({ class: 'mistake' }).range(from, from + length)])
}
