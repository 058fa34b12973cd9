// Counting lines in the store. Lines whose labels are alike for the query are one group, named by a hash of the columns
// that make those labels: of a million lines the hash takes a tenth of what grouping by the maps themselves takes (2.6 s
// of CPU). A second statement reads a line of each group.
import { int, join, raw, sql, statement, str, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { countedLines, linesFrom, type LineFilter } from '#shared/lines/line-filter.ts'
import { labelSql } from '../selector/matcher-sql.ts'
import { isColumnLabel } from '../streams/stream-labels.ts'
import type { StreamRow } from '../streams/stream-row.ts'
import type { Windows } from './windows.ts'

const columns: Readonly<Record<keyof StreamRow, string>> = {
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

const everything = raw(
  `cluster, namespace, pod, pod_uid, container, restart, container_id, node, unit, stream, severity, trace_id, span_id,
    labels, attributes`,
)

/** Structured metadata that are columns. */
const metadata: Readonly<Record<string, Fragment>> = {
  detected_level: raw('severity'),
  pod_uid: raw('pod_uid'),
  restart: raw('restart'),
  container_id: raw('container_id'),
  trace_id: raw('trace_id'),
  span_id: raw('span_id'),
}

export interface LineGroup {
  /** What lines of a group have alike; undefined where all lines are one group. */
  hash: Fragment | undefined
  /** Whether labels of pods are needed. */
  needsPods: boolean
  /** Whether the bytes of messages are counted, which are read for it. */
  needsBytes: boolean
}

/** Groups of lines whose labels of these names are alike; undefined: all labels. */
export function groupOf(names: ReadonlySet<string> | undefined, needsBytes: boolean): LineGroup {
  // A name that another label has too gets a suffix: whether it does, only all labels tell.
  if (names === undefined || [...names].some((name) => name.endsWith('_extracted')))
    return { hash: sql`cityHash64(${everything})`, needsPods: true, needsBytes }
  const parts = [...names].map(partsOf)
  const hashed = parts.flatMap(({ values }) => values)
  return {
    hash: hashed.length === 0 ? undefined : sql`cityHash64(${join(hashed, ', ')})`,
    needsPods: parts.some(({ ofPod }) => ofPod),
    needsBytes,
  }
}

/** What the label may be made of. */
function partsOf(name: string): { values: Fragment[]; ofPod: boolean } {
  const ofLine = labelSql(name)
  if (ofLine !== undefined)
    return { values: isColumnLabel(name) || name === 'job' ? [ofLine] : serviceParts, ofPod: false }
  const column = Object.hasOwn(metadata, name) ? metadata[name] : undefined
  const sent = [raw('labels'), attributeSql(name)]
  return column === undefined
    ? { values: [...sent, raw('pod_uid')], ofPod: true }
    : { values: [...sent, column], ofPod: false }
}

const serviceParts = [raw('labels'), raw('pod'), raw('container'), raw('unit')]

const attributeSql = (name: string): Fragment =>
  name.includes('_')
    ? sql`arrayFirst((v, k) -> v != '' AND concat(if(match(k, '^[0-9]'), '_', ''),
        replaceRegexpAll(k, '[^a-zA-Z0-9_]', '_')) = ${str(name)}, mapValues(attributes), mapKeys(attributes))`
    : sql`attributes[${str(name)}]`

export interface CountRow {
  /** Of the group, as text. */
  id: string
  /** Number of the bucket, as text. */
  bucket: string
  lines: number
  bytes: number
}

/** Of each group and bucket how many lines, and their bytes; at most `limit` rows. Rows: CountRow. */
export function countLines(filter: LineFilter, group: LineGroup, windows: Windows, limit: number): Fragment {
  const { hash, needsBytes } = group
  const since = sql`(toUnixTimestamp64Nano(ts) - ${int(windows.originNs)} - 1)`
  const inWindows = sql`modulo(${since}, ${int(windows.bucketNs)}) < ${int(windows.rangeNs)}`
  // As a search: few lines are left of it, and are grouped sooner than all are merged.
  const searches = [filter.search, windows.hasGaps ? inWindows : undefined].filter((search) => search !== undefined)
  const ofWindows = searches.length === 0 ? filter : { ...filter, search: join(searches, ' AND ') }
  const lines = countedLines(ofWindows, {
    g: hash ?? raw('0'),
    b: sql`intDiv(${since}, ${int(windows.bucketNs)})`,
    size: raw(needsBytes ? 'message.size' : '0'),
  })
  return statement(
    'logql-counts',
    sql`SELECT toString(g) AS id, toString(b) AS bucket, toFloat64(count()) AS lines, toFloat64(sum(size)) AS bytes
    FROM (${lines}) GROUP BY g, b LIMIT ${uint(limit)}`,
  )
}

export interface GroupRow extends StreamRow {
  id: string
}

const names = Object.keys(columns) as readonly (keyof StreamRow)[]

/** A line of each group; at most `limit` rows. Rows: GroupRow. */
export function groupRows(filter: LineFilter, hash: Fragment, limit: number): Fragment {
  const any = raw(names.map((name, i) => `any(${columns[name]}) AS c${i}`).join(', '))
  const named = raw(names.map((name, i) => `c${i} AS ${name}`).join(', '))
  return statement(
    'logql-groups',
    sql`SELECT toString(g) AS id, ${named} FROM (SELECT ${hash} AS g, ${any} ${linesFrom(filter)} GROUP BY g
    LIMIT ${uint(limit)})`,
  )
}
