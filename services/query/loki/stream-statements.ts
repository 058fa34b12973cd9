// Pure: statements about the streams of some lines. Grouped are only the columns that the wanted labels are made of, so
// that a question about namespaces costs no list of pods.
import { int, join, raw, sql, statement, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { linesFrom, rowsFrom, type LineFilter } from '#shared/lines/line-filter.ts'
import { labelSql } from './logql/selector/matcher-sql.ts'
import { emptyRow, type StreamRow } from './logql/streams/stream-row.ts'

/** Columns that make the labels of a stream, by their names in a StreamRow. */
const columns = {
  cluster: 'cluster',
  namespace: 'namespace',
  pod: 'pod',
  podUid: 'pod_uid',
  container: 'container',
  node: 'node',
  unit: 'unit',
  stream: 'stream',
  labels: 'labels',
} as const

/** What lines are grouped by: the labels themselves, where the engine knows them, or what they are made of. */
export type Grouping = { by: 'labels'; values: ReadonlyMap<string, Fragment> } | { by: 'columns' }

/** `names`: the labels that are wanted; undefined for all of them. */
export function groupingFor(names: readonly string[] | undefined): Grouping {
  const values = new Map<string, Fragment>()
  for (const name of names ?? []) {
    const value = name === 'detected_level' ? raw(`if(severity = '', 'unknown', toString(severity))`) : labelSql(name)
    if (value === undefined) return { by: 'columns' }
    values.set(name, value)
  }
  return names === undefined ? { by: 'columns' } : { by: 'labels', values }
}

/** Each group that the filter's lines have, once, at most `limit`. Rows: GroupRow. */
export const streamGroups = (filter: LineFilter, grouping: Grouping, limit: number): Fragment =>
  statement('loki-streams', sql`SELECT DISTINCT ${columnsOf(grouping)} ${rowsFrom(filter)} LIMIT ${uint(limit)}`)

/**
 * How many distinct lines each group has, with the bytes of their messages, in all or in each stretch of `stepNs` from
 * the filter's begin on. At most `limit` rows: CountedRow.
 */
export function countedGroups(
  filter: LineFilter & { from: bigint },
  grouping: Grouping,
  { stepNs, limit }: { stepNs: bigint | undefined; limit: number },
): Fragment {
  const bucket =
    stepNs === undefined
      ? raw('toInt64(0)')
      : sql`intDiv(toUnixTimestamp64Nano(ts) - ${int(filter.from)}, ${int(stepNs)})`
  return statement(
    'loki-stream-counts',
    sql`SELECT ${groupNames(grouping)}, toString(line_bucket) AS bucket, toFloat64(count()) AS entries,
      toFloat64(sum(line_bytes)) AS bytes, toFloat64(uniqExact(line_part)) AS chunks
    FROM (SELECT ${columnsOf(grouping)}, ${bucket} AS line_bucket, length(message) AS line_bytes,
        (toDate(ts), class) AS line_part
      ${linesFrom(filter)} LIMIT 1 BY ts, identity)
    GROUP BY ${groupNames(grouping)}, line_bucket LIMIT ${uint(limit)}`,
  )
}

export type GroupRow = Readonly<Record<string, string | Record<string, string>>>
export type CountedRow = GroupRow & { bucket: string; entries: number; bytes: number; chunks: number }

const columnsOf = (grouping: Grouping): Fragment =>
  join(
    grouping.by === 'labels'
      ? [...grouping.values.values()].map((value, i) => sql`toString(${value}) AS ${raw(`label_${i}`)}`)
      : Object.entries(columns).map(([name, column]) => raw(`logs.${column} AS line_${name}`)),
    ', ',
  )

const groupNames = (grouping: Grouping): Fragment =>
  raw(
    (grouping.by === 'labels'
      ? [...grouping.values.keys()].map((_, i) => `label_${i}`)
      : Object.keys(columns).map((name) => `line_${name}`)
    ).join(', '),
  )

/** The labels of a group, where the engine knows them; those without a value are missing. */
export function labelsOfGroup(row: GroupRow, values: ReadonlyMap<string, Fragment>): Record<string, string> {
  const labels: Record<string, string> = {}
  for (const [i, name] of [...values.keys()].entries()) {
    const value = row[`label_${i}`]
    if (typeof value === 'string' && value !== '') labels[name] = value
  }
  return labels
}

export const streamRowOf = (row: GroupRow): StreamRow => ({
  ...emptyRow,
  ...Object.fromEntries(Object.keys(columns).map((name) => [name, row[`line_${name}`]])),
})
