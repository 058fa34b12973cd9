// Pure: statements about values that stored pods and lines have, for the hints of an empty answer. They read
// lines_of_lives and pod_lookup, which have a row for a life or a handle, and never the lines.
import { int, raw, sql, statement, str, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import { rowsOfLives, type LineFilter } from '#shared/lines/line-filter.ts'
import type { HandleKind } from '#shared/pod-model/handles.ts'

/** Where values of a parameter are looked up: of the lines of pods, or of pods. */
export type ValueSource = { column: LineColumn; handle?: HandleKind } | { handle: HandleKind; prefix?: string }
export type LineColumn = 'namespace' | 'pod' | 'pod_uid' | 'container' | 'cluster' | 'node' | 'unit'

export interface NearValueRow {
  value: string
  /** How many letters differ; 0 of the value itself. */
  distance: number
}

/** Of values that are so much longer or shorter that they are none that was meant. */
const farAway = 100_000
/** Longer texts are compared by their first letters. */
const comparedMax = 200

/** The known values that are the most like `asked`, at most `limit`, the nearest first. Rows: NearValueRow. */
export function nearValues(tenant: string, source: ValueSource, asked: string, limit: number): Fragment {
  const clip = (text: Fragment): Fragment => sql`lower(substring(${text}, 1, ${uint(comparedMax)}))`
  const differs = Math.max(2, Math.floor(Buffer.byteLength(asked) / 3))
  const distance = sql`multiIf(value = ${str(asked)}, 0,
    abs(toInt64(length(value)) - ${int(Buffer.byteLength(asked))}) > ${int(differs)}, ${uint(farAway)},
    greatest(1, toUInt32(damerauLevenshteinDistance(${clip(raw('value'))}, ${clip(sql`${str(asked)}`)}))))`
  return statement(
    'near-values',
    sql`SELECT value, toUInt32(${distance}) AS distance FROM (${valuesOf(tenant, source)}) WHERE value != ''
    ORDER BY distance, value LIMIT ${uint(limit)}`,
  )
}

function valuesOf(tenant: string, source: ValueSource): Fragment {
  const ofPods = (kind: HandleKind): Fragment =>
    sql`SELECT DISTINCT value ${fromTable(tenant, 'pod_lookup')} AND kind = ${str(kind)}`
  if (!('column' in source))
    return source.prefix === undefined
      ? ofPods(source.handle)
      : sql`${ofPods(source.handle)} AND startsWith(${raw('value')}, ${str(source.prefix)})`
  // Only lines of no pod have a unit. They stand together in the sorting key of `logs`, and lines_of_lives has none of them.
  const rows = source.column === 'unit' ? ofNoPod(tenant) : fromTable(tenant, 'lines_of_lives')
  const ofLines = sql`SELECT DISTINCT toString(${raw(source.column)}) AS value ${rows}`
  return source.handle === undefined ? ofLines : sql`${ofLines} UNION DISTINCT ${ofPods(source.handle)}`
}

const ofNoPod = (tenant: string): Fragment => sql`${fromTable(tenant, 'logs')} AND namespace = '' AND pod = ''`

export interface TimesRow {
  /** Epoch ns as decimal text. */
  first: string
  last: string
  lives: number
}

/** When the lives that a filter selects said something, whatever its time and its search. Rows: TimesRow, one. */
export const timesOfLives = (filter: LineFilter): Fragment =>
  statement(
    'times-of-lives',
    sql`SELECT toString(toUnixTimestamp64Nano(min(first_line))) AS first,
      toString(toUnixTimestamp64Nano(max(last_line))) AS last, toUInt32(least(count(), 1)) AS lives ${rowsOfLives(filter)}`,
  )
