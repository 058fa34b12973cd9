// The SQL of a search as a test can show it: its long expressions by names, its values in their order.
import { loweredReadText, mayHide, mayHideAnything, readText } from '#query/search/message-text.ts'
import { compileSearch } from '#query/search/search.ts'
import { compile, type Fragment } from '#shared/clickhouse/sql.ts'

const textOf = (fragment: Fragment): string => withoutNames(compile(fragment).text)
const withoutNames = (text: string): string => text.replaceAll(/\{p\d+:\w+(?:\(\w+\))?\}/g, '?')

const words = /hasToken\((replaceRegexpAll.+?), \?\)/.exec(textOf(compileSearch('word')))![1]!
const names: readonly (readonly [string, string])[] = [
  [textOf(loweredReadText), 'read'],
  [textOf(readText), 'asRead'],
  [textOf(mayHide('a')), 'mayHide(?)'],
  [textOf(mayHideAnything), 'mayHide()'],
  [words, 'words'],
  ['lower(message)', 'lowered'],
]

export function shownSearch(text: string): { sql: string; values: unknown[] } {
  const search = compileSearch(text)
  let shown = textOf(search)
  for (const [expression, name] of names) shown = shown.replaceAll(expression, name)
  return { sql: shown, values: Object.values(compile(search).params) }
}
