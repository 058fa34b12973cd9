// The one place that turns a request's filters into what is read of `logs`; the tenant is always the first condition.
// Time bounds come with bounds of the hour bucket beside them: the sorting key is (tenant, hour, namespace, pod, …), so
// the hour is what the primary index prunes by (2 M lines of one day, 2 hours asked: 12 granules of 185 with it, 185
// without).
import { bind, join, raw, sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable, type ReadOptions } from '#shared/clickhouse/tenant-scope.ts'
import { isLine } from './absorbed-lines.ts'

/** Exact filters of /v1/logs and its relatives: values of one filter are ORed, different filters ANDed. */
export interface LineFilter {
  tenant: string
  /** Epoch ns, inclusive; undefined is unbounded. */
  from?: bigint
  /** Epoch ns, exclusive. */
  to?: bigint
  /** An empty value matches lines that lack the field. */
  fields: Partial<Record<FilterField, readonly string[]>>
  /** Compiled search text, if any. */
  search?: Fragment
  /** Whether indexes answer the search nearly alone: counting its lines by hour is cheap then. */
  indexAnswers?: boolean
  /** Of a search for an id: what each of its lines fulfils, beside `search`, which alone decides. */
  idProbe?: IdProbe
  /** Lines of the pods that the request selects by owner, label and the like: any number of pods. */
  pods?: Fragment
  /** Lines of the nodes that the request names, where these are those of their pods too. */
  nodes?: Fragment
  /** A further restriction of our own, e.g. to the lines of one pod. */
  scope?: Fragment
}

export interface IdProbe {
  /** Alternatives that have indexes, each of them once. */
  indexed: Fragment
  /** What takes little to see in a row: it comes first. */
  quick: Fragment
}

export type FilterField =
  | 'namespace'
  | 'pod'
  | 'podUid'
  | 'container'
  | 'restart'
  | 'node'
  | 'stream'
  | 'severity'
  | 'unit'
  | 'cluster'

const columnOf: Readonly<Record<FilterField, Fragment>> = {
  namespace: raw('namespace'),
  pod: raw('pod'),
  podUid: raw('pod_uid'),
  container: raw('container'),
  restart: raw('restart'),
  node: raw('node'),
  stream: raw('stream'),
  severity: raw('severity'),
  unit: raw('unit'),
  cluster: raw('cluster'),
}
export const filterFields = Object.keys(columnOf) as readonly FilterField[]

/** `FROM logs WHERE …` of a filter's lines; further conditions follow with AND. */
export const linesFrom = (filter: LineFilter, options: ReadOptions = {}): Fragment =>
  join(
    [fromTable(filter.tenant, 'logs', options), ...conditionsOf(filter, [isLine(filter.tenant, timesOf(filter))])],
    ' AND ',
  )

/**
 * Lines to count, each once: a SELECT of `values`, which are expressions by alias. Where no text is searched, the engine
 * merges the rows that several parts have under one key, and takes parts whose keys lie apart as they are: that takes a
 * fifth of what grouping takes, and next to nothing once parts are merged. With a search it would read the messages of
 * all rows to merge them, so lines of a search are grouped by their keys.
 */
export function countedLines(filter: LineFilter, values: Readonly<Record<string, Fragment>>): Fragment {
  const list = (write: (expression: Fragment) => Fragment): Fragment =>
    join(
      Object.entries(values).map(([alias, expression]) => sql`${write(expression)} AS ${raw(alias)}`),
      ', ',
    )
  return filter.search === undefined
    ? sql`SELECT ${list((one) => one)} ${linesFrom(filter, { final: true })}`
    : sql`SELECT ${list((one) => sql`any(${one})`)} ${linesFrom(filter)} GROUP BY ts, identity`
}

/** Bounds of `ts` alone, each with AND in front. */
export const timesOf = (times: Pick<LineFilter, 'from' | 'to'>): Fragment =>
  join(
    timeConditions(times).map((one) => sql` AND ${one}`),
    '',
  )

const timeConditions = ({ from, to }: Pick<LineFilter, 'from' | 'to'>): Fragment[] => [
  ...(from === undefined ? [] : [sql`ts >= ${nanoseconds(from)}`]),
  ...(to === undefined ? [] : [sql`ts < ${nanoseconds(to)}`]),
]

/** As `linesFrom`, with the absorbed rows: for bounds and estimates. */
export const rowsFrom = (filter: LineFilter, options: ReadOptions = {}): Fragment =>
  join([fromTable(filter.tenant, 'logs', options), ...conditionsOf(filter)], ' AND ')

/** The conditions of a filter but its tenant, and further ones. */
export function conditionsOf(filter: Omit<LineFilter, 'tenant'>, further: readonly Fragment[] = []): Fragment[] {
  const { from, to, pods, nodes, scope, search, idProbe } = filter
  const hours = [...(from === undefined ? [] : fromHour(from)), ...(to === undefined ? [] : toHour(to))]
  const times = timeConditions(filter)
  const ofKey = fieldsOfKey.flatMap((field) => fieldCondition(filter, field))
  const others = [
    ...filterFields.filter((field) => !fieldsOfKey.includes(field)).flatMap((field) => fieldCondition(filter, field)),
    ...[pods, nodes, scope, search].flatMap((each) => (each === undefined ? [] : [sql`(${each})`])),
    ...further,
  ]
  if (idProbe === undefined) return [...hours, ...times, ...ofKey, ...others]
  // The engine joins what indexes say of alternatives where a statement has at most 16 conditions (32 with AND and OR),
  // and reads all rows otherwise: what no index knows is one condition to it.
  const rest = join([sql`(${idProbe.quick})`, ...times, ...others], ' AND ')
  return [...hours, ...ofKey, sql`if(${rest}, 1, 0)`, sql`(${idProbe.indexed})`]
}

/** Rows of lines_of_lives with the fields and of the pods of a filter, of any time. */
export function rowsOfLives({
  tenant,
  fields,
  pods,
  nodes,
}: Pick<LineFilter, 'tenant' | 'fields' | 'pods' | 'nodes'>): Fragment {
  const conditions = [fromTable(tenant, 'lines_of_lives')]
  for (const field of fieldsOfLives) conditions.push(...fieldCondition({ fields }, field))
  if (pods !== undefined) conditions.push(sql`(${pods})`)
  if (nodes !== undefined) conditions.push(sql`(${nodes})`)
  return join(conditions, ' AND ')
}
const fieldsOfLives = ['namespace', 'pod', 'podUid', 'container', 'restart', 'node', 'cluster'] as const

/** An epoch-ns bound as the engine's DateTime64(9). */
export const nanoseconds = (ns: bigint): Fragment =>
  sql`fromUnixTimestamp64Nano(${bind('Int64', String(clamp(ns)))}, 'UTC')`

/** Those that the sorting key begins with, behind the hour. */
const fieldsOfKey: readonly FilterField[] = ['namespace', 'pod']

function fieldCondition({ fields }: Pick<LineFilter, 'fields'>, field: FilterField): Fragment[] {
  const values = fields[field]
  return values === undefined || values.length === 0 ? [] : [equalsAny(field, values)]
}

function equalsAny(field: FilterField, values: readonly string[]): Fragment {
  if (field === 'restart') {
    const numbers = values.map((value) => (value === '' ? -1 : Number(value)))
    return sql`restart IN ${bind('Array(Int64)', numbers)}`
  }
  return values.length === 1 ? sql`${columnOf[field]} = ${str(values[0]!)}` : sql`${columnOf[field]} IN ${strs(values)}`
}

/** toStartOfHour yields 32-bit seconds: beyond 2106 it would wrap, and no line is there. */
const hourMax = 4_294_000_000_000_000_000n

const fromHour = (from: bigint): Fragment[] =>
  from >= hourMax ? [] : [sql`toStartOfHour(ts) >= toStartOfHour(${nanoseconds(from)})`]

const toHour = (to: bigint): Fragment[] =>
  to >= hourMax ? [] : [sql`toStartOfHour(ts) <= toStartOfHour(${nanoseconds(to - 1n)})`]

const clamp = (ns: bigint): bigint => (ns < 0n ? 0n : ns > 9_223_372_036_000_000_000n ? 9_223_372_036_000_000_000n : ns)
