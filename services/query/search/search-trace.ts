// traceId:4bf9…  trace_id=4BF9…  trace.id:*  and the parameters traceId and spanId
// An id is found by any of its spellings: in the column, as an attribute, or in the text, whatever its key is called
// there. What is no id, such as `trace_id=abc`, is only found under such a key.
import { join, raw, sql, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { lineFieldSql } from './search-line-field.ts'
import type { IdProbe } from '#shared/lines/line-filter.ts'
import { hasFilteredWord } from './message-index.ts'
import { filteredLiteralSql, literalSql, wholeWords } from './search-literal.ts'
import { isComparison, notComparable, valueSql } from './search-value.ts'
import type { FieldTerm } from './syntax/search-node.ts'
import { isId, spellingsInText, spellingsOf, type IdKind } from './trace-spellings.ts'

const columns: Readonly<Record<IdKind, Fragment>> = { trace: raw('trace_id'), span: raw('span_id') }
const keys: Readonly<Record<IdKind, readonly string[]>> = {
  trace: ['traceId', 'trace_id', 'trace.id', 'traceID'],
  span: ['spanId', 'span_id', 'span.id', 'spanID'],
}

export function idFieldSql(kind: IdKind, term: FieldTerm): Fragment {
  if (isComparison(term.test)) throw notComparable(term)
  if (term.test.op !== 'eq') return anyOf([valueSql(columns[kind], term), lineFieldSql([term])])
  // An id is a word of the term as it was typed.
  const typed = isId(kind, term.test.value) ? [] : [literalSql(term.text)]
  return anyOf([idSql(kind, term.test.value), ...typed])
}

/** Lines of a trace or a span. An empty id: lines that came without one. */
const idSql = (kind: IdKind, id: string): Fragment => idsSql(kind, [id])!

/** Lines of any of these; undefined where none is asked for. */
export function idsSql(kind: IdKind, ids: readonly string[] | undefined): Fragment | undefined {
  if (ids === undefined || ids.length === 0) return undefined
  const inColumn = columnHas(
    kind,
    ids.flatMap((id) => spellingsOf(kind, id)),
  )
  const real = ids.filter((id) => isId(kind, id))
  const inText = real.flatMap((id) => [
    attributesHave(spellingsOf(kind, id)),
    ...spellingsInText(kind, id).map(filteredLiteralSql),
  ])
  const [first, ...others] = ids.filter((id) => id !== '' && !isId(kind, id))
  const underKeys =
    first === undefined
      ? []
      : keys[kind].map((name) => lineFieldSql([termOf(name, first), ...others.map((id) => termOf(name, id))]))
  return anyOf([inColumn, ...inText, ...underKeys])
}

const columnHas = (kind: IdKind, spellings: readonly string[]): Fragment => sql`${columns[kind]} IN ${strs(spellings)}`
const attributesHave = (spellings: readonly string[]): Fragment =>
  sql`hasAny(mapValues(attributes), ${strs(spellings)})`

/** Words that an index is asked for: more alternatives than these are read, and not looked up. */
const probedWordsMax = 8

/** What every line of one id fulfils; undefined for an id of too many spellings, and for a text that is none. */
export function idProbe(kind: IdKind, id: string): IdProbe | undefined {
  if (!isId(kind, id)) return undefined
  const words = [...new Set(spellingsInText(kind, id).map((each) => wholeWords(each)[0]!))]
  if (words.length > probedWordsMax) return undefined
  const spellings = spellingsOf(kind, id)
  const elsewhere = [columnHas(kind, spellings), attributesHave(spellings)]
  // A word of the text that is searched stands in the message, unless escapes hide it.
  const parts = words.filter((word) => !words.some((other) => other !== word && word.includes(other)))
  const inMessage = sql`multiSearchAnyCaseInsensitive(message, ${strs([...parts, '\\u', '\x1b'])})`
  return {
    indexed: join([...elsewhere, ...words.map(hasFilteredWord)], ' OR '),
    quick: join([...elsewhere, inMessage], ' OR '),
  }
}

const anyOf = (conditions: readonly Fragment[]): Fragment =>
  conditions.length === 1 ? conditions[0]! : sql`(${join(conditions, ' OR ')})`

const termOf = (name: string, value: string): FieldTerm => ({
  kind: 'field',
  name,
  test: { op: 'eq', value },
  text: `${name}=${value}`,
  position: 0,
})
