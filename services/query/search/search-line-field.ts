// status:500  status:>500  level:err*  user.name:/^a/  duration_ms:*
// Terms on a name that is no column: an attribute or a label, a key of a message that is a JSON object (also nested:
// user.name), or `name=value` in the text. `status:500` also finds that very text, since people paste it.
import { join, raw, sql, str, type Fragment } from '#shared/clickhouse/sql.ts'
import type { FieldTerm, FieldTest } from './syntax/search-node.ts'
import { narrowedTo } from './message-index.ts'
import { asciiLower, literalSql, regexQuote, wholeWords } from './search-literal.ts'
import { valueSql } from './search-value.ts'

/** Compares values whatever their case, except with regular expressions; names are compared exactly. */
export function lineFieldSql(term: FieldTerm): Fragment {
  const inMessage = [...jsonPaths(term.name).map((path) => jsonSql(path, term)), assignedSql(term)]
  if (term.test.op === 'eq') inMessage.push(literalSql(term.text))
  const messageSql = narrowedTo(messageTokens(term), anyOf(inMessage))
  return sql`(${join([mapSql(raw('attributes'), term), mapSql(raw('labels'), term), messageSql], ' OR ')})`
}

const anyOf = (conditions: readonly Fragment[]): Fragment => sql`(${join(conditions, ' OR ')})`

function mapSql(map: Fragment, term: FieldTerm): Fragment {
  return sql`(mapContains(${map}, ${str(term.name)}) AND ${testSql(sql`${map}[${str(term.name)}]`, term)})`
}

/** `user.name` is one key, or the key `name` inside the key `user`. */
function jsonPaths(name: string): string[][] {
  const nested = name.split('.')
  return nested.length > 1 && nested.length <= 8 && !nested.includes('') ? [[name], nested] : [[name]]
}

function jsonSql(path: readonly string[], term: FieldTerm): Fragment {
  const keys = join(
    path.map((key) => sql`${str(key)}`),
    ', ',
  )
  const value = sql`JSONExtract(message, ${keys}, 'String')`
  return sql`(startsWith(message, '{') AND JSONHas(message, ${keys}) AND ${testSql(value, term)})`
}

/** The value of the first `name=value` or `name="some value"` (or with a colon) in the text. */
function assignedSql(term: FieldTerm): Fragment {
  const start = String.raw`(?:^|[^0-9A-Za-z_./\-\x{80}-\x{10FFFF}])`
  const pattern = String.raw`${start}${regexQuote(term.name)}[=:]("(?:[^"\\]|\\.)*"|[^\s",;)}\]]+)`
  const value = sql`trim(BOTH '"' FROM extract(message, ${str(pattern)}))`
  return sql`(${value} != '' AND ${testSql(value, term)})`
}

function testSql(value: Fragment, term: FieldTerm): Fragment {
  const { test } = term
  if (test.op !== 'eq' && test.op !== 'prefix') return valueSql(value, term)
  const lowered: FieldTest = { op: test.op, value: asciiLower(test.value) }
  return valueSql(sql`lower(${value})`, { ...term, test: lowered })
}

/** Tokens that every message with the field has. A value that JSON may write with escapes adds none. */
function messageTokens({ name, test }: FieldTerm): string[] {
  const ofName = wholeWords(name)
  return test.op === 'eq' && /^[0-9A-Za-z _.:/@,-]*$/.test(test.value)
    ? [...new Set([...ofName, ...wholeWords(test.value)])]
    : ofName
}
