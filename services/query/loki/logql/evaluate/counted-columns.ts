// Counting lines in the store: which columns a group needs for the labels of a query, and the statement.
import { int, join, raw, sql, statement, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { linesFrom, type LineFilter } from '#shared/lines/line-filter.ts'
import { isColumnLabel, serviceKeys } from '../streams/stream-labels.ts'
import { emptyRow, type StreamRow } from '../streams/stream-row.ts'
import type { Windows } from './windows.ts'

type Column = keyof StreamRow

const columns: Readonly<Record<Column, string>> = {
  cluster: 'toString(cluster)',
  namespace: 'toString(namespace)',
  pod: 'toString(pod)',
  podUid: 'toString(pod_uid)',
  container: 'toString(container)',
  restart: 'toInt32(restart)',
  containerId: 'toString(container_id)',
  node: 'toString(node)',
  unit: 'toString(unit)',
  stream: 'toString(stream)',
  severity: 'toString(severity)',
  traceId: 'trace_id',
  spanId: 'span_id',
  labels: 'labels',
  attributes: 'attributes',
}
const allColumns = Object.keys(columns) as readonly Column[]

const ofMetadata: Readonly<Record<string, Column>> = {
  detected_level: 'severity',
  pod_uid: 'podUid',
  restart: 'restart',
  container_id: 'containerId',
  trace_id: 'traceId',
  span_id: 'spanId',
}

export interface GroupColumns {
  columns: readonly Column[]
  /** Keys of the maps that are needed, as names of labels; undefined: all. */
  keys: readonly string[] | undefined
}

/** What labels of these names are made of; undefined: all labels. */
export function columnsOf(names: ReadonlySet<string> | undefined): GroupColumns {
  // A name that another has too gets a suffix: whether, only all columns tell.
  if (names === undefined || [...names].some((name) => name.endsWith('_extracted')))
    return { columns: allColumns, keys: undefined }
  const needed = new Set<Column>()
  const keys = new Set<string>()
  for (const name of names) {
    keys.add(name)
    needed.add('labels')
    if (isColumnLabel(name)) needed.add(name)
    else if (name === 'job') for (const column of ['namespace', 'container', 'unit'] as const) needed.add(column)
    else if (name === 'service_name') {
      for (const column of ['pod', 'container', 'unit'] as const) needed.add(column)
      for (const key of serviceKeys) keys.add(key.replaceAll(/[^a-zA-Z0-9_]/g, '_'))
    } else {
      const column = Object.hasOwn(ofMetadata, name) ? ofMetadata[name] : undefined
      for (const each of column === undefined ? (['podUid'] as const) : [column]) needed.add(each)
    }
    // A label of the stream renames the metadata of its name.
    if (!isColumnLabel(name) && name !== 'job' && name !== 'service_name') needed.add('attributes')
  }
  return { columns: allColumns.filter((column) => needed.has(column)), keys: [...keys] }
}

export interface CountRow extends Partial<StreamRow> {
  /** Number of the bucket, as text. */
  bucket: string
  lines: number
  bytes: number
}

/** The row with what the statement did not ask for. */
export const wholeRow = (row: CountRow): StreamRow => ({ ...emptyRow, ...row })

/** Of each group and bucket how many lines, and their bytes; at most `limit` rows. Rows: CountRow. */
export function countLines(filter: LineFilter, group: GroupColumns, windows: Windows, limit: number): Fragment {
  const named = group.columns.map((column, i) => ({
    column,
    alias: raw(`g${i}`),
    value: columnSql(column, group.keys),
  }))
  const inner = named.map(({ alias, value }) => sql`any(${value}) AS ${alias}, `)
  const outer = named.map(({ column, alias }) => sql`${alias} AS ${raw(column)}, `)
  const groups = named.map(({ alias }) => sql`${alias}, `)
  const since = sql`(toUnixTimestamp64Nano(ts) - ${int(windows.originNs)} - 1)`
  const inWindows = windows.hasGaps
    ? sql` AND modulo(${since}, ${int(windows.bucketNs)}) < ${int(windows.rangeNs)}`
    : raw('')
  // A line that was sent again is one.
  const lines = sql`SELECT ${join(inner, '')}intDiv(${since}, ${int(windows.bucketNs)}) AS b,
      any(length(message)) AS size ${linesFrom(filter)}${inWindows} GROUP BY ts, identity`
  return statement(
    'logql-counts',
    sql`SELECT ${join(outer, '')}toString(b) AS bucket, toFloat64(count()) AS lines, toFloat64(sum(size)) AS bytes
    FROM (${lines}) GROUP BY ${join(groups, '')}b LIMIT ${uint(limit)}`,
  )
}

function columnSql(column: Column, keys: readonly string[] | undefined): Fragment {
  const value = raw(columns[column])
  if (keys === undefined || (column !== 'labels' && column !== 'attributes')) return value
  return sql`mapFilter((k, v) -> has(${strs(keys)},
    concat(if(match(k, '^[0-9]'), '_', ''), replaceRegexpAll(k, '[^a-zA-Z0-9_]', '_'))), ${value})`
}
