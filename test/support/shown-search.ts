// The SQL of a search as a test can show it: its long expressions by names, its values in their order.
import { mayHide, mayHideAnything } from '#query/search/message-text.ts'
import { compileSearch } from '#test/support/compile-search.ts'
import { compile, type Fragment } from '#shared/clickhouse/sql.ts'

const textOf = (fragment: Fragment): string => withoutNames(compile(fragment).text)
const withoutNames = (text: string): string => text.replaceAll(/\{p\d+:\w+(?:\(\w+\))?\}/g, '?')

const names: readonly (readonly [string, string])[] = [
  [textOf(mayHide('a')), 'mayHide(?)'],
  [textOf(mayHideAnything), 'mayHide()'],
]

export function shownSearch(text: string): { sql: string; values: unknown[] } {
  const search = compileSearch(text)
  let shown = textOf(search)
  for (const [expression, name] of names) shown = shown.replaceAll(expression, name)
  return { sql: shown, values: Object.values(compile(search).params) }
}
