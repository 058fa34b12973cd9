// A store that keeps what every statement is made of: which texts of it are in no template of the code base, the types
// of its bound values, and whether a hostile value is among these. It asks the engine, or answers with nothing, which
// makes ten thousand requests a matter of seconds.
import type { LogStore, Query } from '#shared/clickhouse/store.ts'
import type { Bound, Fragment } from '#shared/clickhouse/sql.ts'
import { needle } from '#test/support/hostile-values.ts'

export interface Recording {
  answersFrom: 'engine' | 'nowhere'
  statements: number
  /** Of these, those with the needle in a bound value. */
  withNeedle: number
  /** Texts that are parts of statements and not of a template, each with the name of the first statement. */
  readonly texts: Map<string, string>
  readonly types: Set<string>
  /** Values of settings that are texts. */
  readonly settings: Set<string>
}

export const createRecording = (): Recording => ({
  answersFrom: 'engine',
  statements: 0,
  withNeedle: 0,
  texts: new Map(),
  types: new Set(),
  settings: new Set(),
})

/** Statements that always have a row, without which their readers fail. */
const withRows = ['stored-state', 'rows-of-runs']

/** `always`: it asks the engine, whatever the recording says. */
export const recordedStore = (recording: Recording, store: LogStore, always?: 'engine'): LogStore => {
  const asksEngine = ({ sql }: Pick<Query, 'sql'>): boolean =>
    (always ?? recording.answersFrom) === 'engine' || withRows.includes(sql.name)
  const note = ({ sql, settings = {} }: Query): void => {
    recording.statements++
    for (const value of Object.values(settings)) if (typeof value === 'string') recording.settings.add(value)
    if (noteFragment(recording, sql, sql.name)) recording.withNeedle++
  }
  return {
    ...store,
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    async rows<T>(query: Query): Promise<T[]> {
      note(query)
      return asksEngine(query) ? store.rows<T>(query) : []
    },
    async bytes(query, format) {
      note(query)
      return asksEngine(query) ? store.bytes(query, format) : Buffer.alloc(0)
    },
    async command(query) {
      note(query)
      if (asksEngine(query)) await store.command(query)
    },
    async insert(insert) {
      for (const name of [insert.table, ...insert.columns]) recording.texts.set(name, 'insert')
      if (recording.answersFrom === 'engine') await store.insert(insert)
    },
  }
}

/** Returns whether the needle is in a bound value. Texts of templates are constants of the code base. */
function noteFragment(recording: Recording, { strings, values }: Fragment, name: string): boolean {
  if (!Object.hasOwn(strings, 'raw'))
    for (const text of strings) if (text !== '' && !recording.texts.has(text)) recording.texts.set(text, name)
  let isThere = false
  for (const value of values) {
    if (isFragment(value)) isThere = noteFragment(recording, value, name) || isThere
    else {
      recording.types.add(value.type)
      isThere = hasNeedle(value.value) || isThere
    }
  }
  return isThere
}

const isFragment = (value: Bound | Fragment): value is Fragment => 'strings' in value

function hasNeedle(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasNeedle)
  return typeof value === 'string' && value.toLowerCase().includes(needle)
}
