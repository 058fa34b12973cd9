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
  if (names === undefined) return { by: 'columns' }
  const values = new Map<string, Fragment>()
  for (const name of names) {
    const value = name === 'detected_level' ? raw(`if(severity = '', 'unknown', toString(severity))`) : labelSql(name)
    if (value === undefined) return { by: 'columns' }
    values.set(name, value)
  }
  return { by: 'labels', values }
}

/** Each group that the filter's lines have, once, at most `limit`. Rows: GroupRow. */
export const streamGroups = (filter: LineFilter, grouping: Grouping, limit: number): Fragment =>
  statement('loki-streams', sql`SELECT DISTINCT ${columnsOf(grouping)} ${rowsFrom(filter)} LIMIT ${uint(limit)}`)

/**
 * What the names of labels are made of: which columns have values, the keys of the agents' labels, and the pods, at most
 * `podsMax`. One row: NamesRow.
 */
export const streamNames = (filter: LineFilter, podsMax: number): Fragment =>
  statement(
    'loki-label-names',
    sql`SELECT ${join(
      textColumns.map((name) => raw(`max(logs.${columns[name]} != '') AS has_${name}`)),
      ', ',
    )}, max(logs.namespace != '' AND logs.container != '') AS has_job, count() > 0 AS has_lines,
      groupUniqArrayArray(mapKeys(logs.labels)) AS keys,
      groupUniqArray(${raw(String(podsMax))})(toString(logs.pod_uid)) AS uids ${rowsFrom(filter)}`,
  )

const textColumns = ['cluster', 'namespace', 'pod', 'container', 'node', 'unit', 'stream'] as const

export type NamesRow = Readonly<Record<`has_${(typeof textColumns)[number] | 'job' | 'lines'}`, 0 | 1>> & {
  keys: readonly string[]
  uids: readonly string[]
}

/** A row of a stream that has all these labels, those of pods aside. */
export const rowWithNames = ({ keys, ...row }: NamesRow): StreamRow => ({
  ...emptyRow,
  ...Object.fromEntries(textColumns.map((name) => [name, row[`has_${name}`] === 1 ? '?' : ''])),
  labels: Object.fromEntries(keys.map((key) => [key, '?'])),
})

/** How many rows there are in each hour, those that were sent twice too: `hour`, epoch seconds. Rows: HourRow. */
export const rowsByHour = (filter: LineFilter): Fragment =>
  statement(
    'loki-rows-by-hour',
    sql`SELECT toFloat64(toUInt32(toStartOfHour(ts))) AS hour, toFloat64(count()) AS rows ${rowsFrom(filter)}
      GROUP BY hour ORDER BY hour`,
  )

export interface HourRow {
  hour: number
  rows: number
}

export interface CountOptions {
  /** Of the buckets: epoch ns at which the first one begins, and how long one is; all are one where it is missing. */
  startNs: bigint
  stepNs: bigint | undefined
  limit: number
}

/**
 * How many rows each group has, with the bytes of their messages, and how many distinct lines they are. `bytes` is of
 * the lines only where there are as many of both. At most `limit` rows: CountedRow.
 */
export const countedRows = (filter: LineFilter, grouping: Grouping, options: CountOptions): Fragment =>
  statement(
    'loki-row-counts',
    sql`SELECT ${columnsOf(grouping)}, toString(${bucketOf(options)}) AS bucket, toFloat64(count()) AS rows,
      toFloat64(uniqExact(bitXor(identity, reinterpretAsUInt64(ts)))) AS entries, toFloat64(sum(message.size)) AS bytes,
      ${parts} AS parts
    ${linesFrom(filter)} GROUP BY ${groupNames(grouping)}, bucket LIMIT ${uint(options.limit)}`,
  )

/** The same of distinct lines, where some were sent twice and are not merged. */
export const countedLines = (filter: LineFilter, grouping: Grouping, options: CountOptions): Fragment =>
  statement(
    'loki-line-counts',
    sql`SELECT ${groupNames(grouping)}, toString(line_bucket) AS bucket, toFloat64(count()) AS rows, rows AS entries,
      toFloat64(sum(line_bytes)) AS bytes, groupUniqArray(line_part) AS parts
    FROM (SELECT ${columnsOf(grouping)}, ${bucketOf(options)} AS line_bucket, message.size AS line_bytes,
        ${part} AS line_part
      ${linesFrom(filter)} LIMIT 1 BY ts, identity)
    GROUP BY ${groupNames(grouping)}, line_bucket LIMIT ${uint(options.limit)}`,
  )

const part = raw(`concat(toString(toYYYYMMDD(ts)), ' ', class)`)
const parts = sql`groupUniqArray(${part})`

const bucketOf = ({ startNs, stepNs }: CountOptions): Fragment =>
  stepNs === undefined ? raw('toInt64(0)') : sql`intDiv(toUnixTimestamp64Nano(ts) - ${int(startNs)}, ${int(stepNs)})`

export type GroupRow = Readonly<Record<string, unknown>>
export type CountedRow = GroupRow & { bucket: string; rows: number; entries: number; bytes: number; parts: string[] }

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
