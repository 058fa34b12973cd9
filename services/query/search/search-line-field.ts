// status:500  status:>500  level:err*  user.name:/^a/  duration_ms:*  labels.app:cart  attributes.user.name:ana
// Terms on a name that is no column: an attribute or a label, a key of a message that is a JSON object, or `name=value`
// in the text. `status:500` also finds that very text, since people paste it.
import { join, raw, sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import type { FieldTerm } from './syntax/search-node.ts'
import { jsonValues } from './json-values.ts'
import { haveWords } from './message-index.ts'
import { mayHideAnything, readText } from './message-text.ts'
import { asciiLower, casedBeyondAscii, literalSql, regexQuote, wholeWords } from './search-literal.ts'
import { valueSql } from './search-value.ts'

/**
 * Any of these terms, which all have one name: their values are looked up once. Compares values whatever their case,
 * except with regular expressions; names are compared exactly.
 */
export function lineFieldSql(terms: readonly [FieldTerm, ...FieldTerm[]]): Fragment {
  const [{ name }] = terms
  const objects = terms.some(({ test }) => test.op === 'exists') ? 'objects' : 'no objects'
  const [attributes, labels] = [raw('attributes'), raw('labels')]
  const words = haveWords(terms.length === 1 ? messageWords(terms[0]) : wholeWords(name))
  const has = sql`(${hasKey(attributes, name)} OR ${hasKey(labels, name)} OR ${words})`
  const message = sql`if(startsWith(message, '{') AND ${words}, toValidUTF8(message), '')`
  const documents = sql`[${mapJson(attributes, name)}, ${mapJson(labels, name)}, ${message}]`
  const values = sql`arrayConcat(${jsonValues(documents, name, objects)}, if(${words}, ${assigned(name)}, []))`
  const tests = anyOf(terms.map((term) => anyCaseSql(raw('value'), term)))
  const field = sql`(${has} AND arrayExists(value -> ${tests}, ${values}))`
  const typed = terms.filter(({ test }) => test.op === 'eq').map(({ text }) => literalSql(text))
  return anyOf([field, ...typed])
}

const anyOf = (conditions: readonly Fragment[]): Fragment =>
  conditions.length === 1 ? conditions[0]! : sql`(${join(conditions, ' OR ')})`

/** Any of these terms, which are about this key. Compares its values exactly. */
export function mapSql(map: Fragment, key: string, terms: readonly FieldTerm[]): Fragment {
  const objects = terms.some(({ test }) => test.op === 'exists') ? 'objects' : 'no objects'
  const values = jsonValues(sql`[${mapJson(map, key)}]`, key, objects)
  const tests = anyOf(terms.map((term) => valueSql(raw('value'), term)))
  return sql`(${hasKey(map, key)} AND arrayExists(value -> ${tests}, ${values}))`
}

/** `a.b.c`, and `a.b` and `a`, whose values may be JSON. */
const keysOf = (name: string): string[] => name.split('.').map((_, count, parts) => parts.slice(0, count + 1).join('.'))

const hasKey = (map: Fragment, name: string): Fragment => sql`hasAny(mapKeys(${map}), ${strs(keysOf(name))})`

/** The attributes or labels that may have the key, as JSON; '' where none may. */
function mapJson(map: Fragment, name: string): Fragment {
  const keys = strs(keysOf(name))
  return sql`if(${hasKey(map, name)}, toValidUTF8(toJSONString(mapFilter((key, value) -> has(${keys}, key), ${map}))), '')`
}

/**
 * The values of `name=value` and `name="some value"` (or with a colon) in the text. A value ends at a blank, and also at
 * the first character where words end: `status=500` is in `（status=500）`.
 */
function assigned(name: string): Fragment {
  const start = String.raw`(?:^|[^0-9A-Za-z_@./\-\x{80}-\x{10FFFF}])`
  const pattern = sql`${str(String.raw`${start}${regexQuote(name)}[=:]("(?:[^"\\]|\\.)*"|[^\s",;)}\]]+)`)}`
  const found = sql`arrayConcat(extractAll(message, ${pattern}), if(${mayHideAnything}, extractAll(${readText}, ${pattern}), []))`
  const forms = raw(String.raw`[trim(BOTH '"' FROM replaceAll(found, '\x01', '')),
    JSONExtractString(replaceAll(found, '\x01', '')), trim(BOTH '"' FROM splitByChar('\x01', found)[1])]`)
  return sql`arrayFilter(value -> value != '', arrayFlatten(arrayMap(found -> ${forms}, ${found})))`
}

function anyCaseSql(value: Fragment, term: FieldTerm): Fragment {
  const { test } = term
  if (test.op !== 'eq' && test.op !== 'prefix') return valueSql(value, term)
  return casedBeyondAscii(test.value)
    ? valueSql(sql`lowerUTF8(${value})`, { ...term, test: { op: test.op, value: test.value.toLowerCase() } })
    : valueSql(sql`lower(${value})`, { ...term, test: { op: test.op, value: asciiLower(test.value) } })
}

/** Words that every message with the field has. A value that JSON may write with escapes adds none. */
function messageWords({ name, test }: FieldTerm): string[] {
  const ofName = wholeWords(name)
  return test.op === 'eq' && /^[0-9A-Za-z _.:/@,-]*$/.test(test.value)
    ? [...new Set([...ofName, ...wholeWords(test.value)])]
    : ofName
}
