// The values of a key with dots in a text of JSON: `a.b.c` is one key, or `c` in `a.b`, or `b.c` in `a`, or `c` in `b` in
// `a`, whatever the depth. An array is each of its elements, and a string with JSON in it is searched inside. Numbers
// have the digits with which they are written: the engine reads no integer beyond 64 bits, and rounds fractions.
import { escapeString } from '#shared/clickhouse/escape-string.ts'
import { raw, sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'

const literalOf = (text: string): Fragment => raw(escapeString(text))

/** A number that the engine would not keep: a fraction, an exponent, 16 digits. */
const changedNumber = String.raw`(?:"\s*:|[\[,])\s*-?(?:[0-9]+[.eE]|[0-9]{16})`
const stringOrNumber = String.raw`"((?:[^"\\]|\\.)*)"|(-?[0-9][-+.0-9eE]*)`

/** The JSON with numbers as strings, where it has numbers that would change. */
const exact = (json: Fragment): Fragment =>
  sql`if(match(${json}, ${literalOf(changedNumber)}),
    replaceRegexpAll(${json}, ${literalOf(stringOrNumber)}, '"\\\\1\\\\2"'), ${json})`

/** Whether an object counts as a value, for `key:*`. */
type Objects = 'objects' | 'no objects'

/**
 * Array of the values of the key in any of `documents`, an array of texts, as texts; empty where none is JSON or none
 * has the key. A null is ''.
 */
export function jsonValues(documents: Fragment, name: string, objects: Objects): Fragment {
  const parts = name.split('.')
  const isValue = objects === 'objects' ? raw(`NOT startsWith(json, '[')`) : raw(`NOT match(json, '^[{\\\\[]')`)
  const found = parts.length === 1 ? childrenOf(documents, name) : descendantsOf(documents, parts)
  return sql`arrayMap(json -> multiIf(startsWith(json, '"'), JSONExtractString(json), json = 'null', '', json),
    arrayFilter(json -> json != '' AND ${isValue}, ${found}))`
}

/** The values of the key itself, with the elements of arrays. */
const childrenOf = (documents: Fragment, key: string): Fragment =>
  withElements(sql`arrayMap(json -> JSONExtractRaw(${exact(raw('json'))}, ${str(key)}), ${documents})`)

/** A state is a text of JSON and the begin of a key within it: each part of the name goes on with it, or ends it. */
function descendantsOf(documents: Fragment, parts: readonly string[]): Fragment {
  const within = withElements(raw('[JSONExtractRaw(state.1, concat(state.2, part))]'))
  const step = sql`arrayConcat([(state.1, concat(state.2, part, '.'))], arrayMap(json -> (json, ''), ${within}))`
  const states = sql`arrayFold((states, part) -> arrayFlatten(arrayMap(state -> ${step}, states)), ${strs(parts)},
    arrayMap(json -> (${exact(raw('json'))}, ''), ${documents}))`
  return sql`arrayMap(state -> if(state.2 = '', state.1, ''), ${states})`
}

/** Values; what they say where they are strings of JSON; and the elements of both. */
function withElements(values: Fragment): Fragment {
  const said = sql`arrayMap(json -> if(match(json, '^"[{\\[]'), JSONExtractString(json), ''), values)`
  const saidExactly = sql`arrayMap(json -> ${exact(raw('json'))}, ${said})`
  return sql`arrayFlatten(arrayMap(values -> arrayConcat(values, arrayFlatten(arrayMap(json -> JSONExtractArrayRaw(json), values))),
    arrayMap(values -> arrayConcat(values, ${saidExactly}), [${values}])))`
}
