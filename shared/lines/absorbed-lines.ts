// Pure: the conditions that leave absorbed rows out. A row is absorbed where it is a fragment of a line that another row
// has whole (decision 0017); its (ts, identity) stands in `absorbed_lines`. An insert is visible some ms before its
// view has filled that table: until then rows that are absorbed from the first are known by `logs.absorbed` alone. Few
// requests meet absorbed rows: where the table has none, no identity is read, which would be the most that a count reads.
import { raw, sql, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromEveryTenant, fromTable } from '#shared/clickhouse/tenant-scope.ts'

// GLOBAL: on a cluster every shard gets the answer of all shards. One store takes it as IN.
const isNone = raw('(ts, identity) GLOBAL NOT IN')
const keys = raw('SELECT ts, identity')

/** Rows that are lines. `times`: conditions that bound `ts`, each with AND in front. */
export function isLine(tenant: string, times: Fragment): Fragment {
  const absorbedRows = sql`${fromTable(tenant, 'absorbed_lines')}${times}`
  return sql`absorbed = 0 AND ((SELECT count() = 0 ${absorbedRows}) OR ${isNone} (${keys} ${absorbedRows}))`
}

/** Rows that say which bytes of a file are stored: lines, and fragments of joined lines that lie apart from them. */
export const isCoverage = (tenant: string, times: Fragment): Fragment =>
  sql`absorbed != 1 AND ${isNone} (${keys} ${fromTable(tenant, 'absorbed_lines')} AND covers = 0${times})`

/** Rows that are no lines, and whose bytes lie apart from those that a joined line covers: a line has their text. */
export const isNoLine = (tenant: string, times: Fragment): Fragment =>
  sql`(absorbed = 2 OR (ts, identity) GLOBAL IN (${keys} ${fromTable(tenant, 'absorbed_lines')} AND covers = 1${times}))`

/** As `isLine`, for rows of every tenant. */
export const isLineOfAny = (times: Fragment): Fragment =>
  sql`absorbed = 0 AND (tenant, ts, identity) GLOBAL NOT IN (SELECT tenant, ts, identity ${fromEveryTenant('absorbed_lines')}${times})`
