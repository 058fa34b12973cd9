// traceId:4bf9…  trace_id=4BF9…  trace.id:*  and the parameters traceId and spanId
// An id is found by any of its spellings, in the column or in the text.
import { join, raw, sql, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { literalSql } from './search-literal.ts'
import { spellingsInText, spellingsOf, type IdKind } from './trace-spellings.ts'

const columns: Readonly<Record<IdKind, Fragment>> = { trace: raw('trace_id'), span: raw('span_id') }

/** Lines of a trace or a span. An empty id: lines that came without one. */
function idSql(kind: IdKind, id: string): Fragment {
  const inColumn = sql`${columns[kind]} IN ${strs(spellingsOf(kind, id))}`
  if (id === '') return inColumn
  return sql`(${join([inColumn, ...spellingsInText(kind, id).map(literalSql)], ' OR ')})`
}

/** Lines of any of these; undefined where none is asked for. */
export function idsSql(kind: IdKind, ids: readonly string[] | undefined): Fragment | undefined {
  return ids === undefined || ids.length === 0
    ? undefined
    : sql`(${join(
        ids.map((id) => idSql(kind, id)),
        ' OR ',
      )})`
}
