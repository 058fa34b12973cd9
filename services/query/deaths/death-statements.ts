// Pure: statements about deaths. They stand beside obituaries, of which the newest of each pod counts.
import { bind, int, join, raw, sql, statement, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import { nanoseconds } from '#shared/lines/line-filter.ts'
import { ofImages, ofLabelRequirement, ofOwners, type HandleCondition } from '#shared/stored-pods/handle-conditions.ts'
import { beginsAs } from '#query/pods/lookup-statements.ts'
import type { PodFilter } from '#query/pods/pod-filter.ts'

export interface DeathFilter extends Pick<
  PodFilter,
  'tenant' | 'cluster' | 'namespace' | 'name' | 'uid' | 'node' | 'outcome' | 'owner' | 'image' | 'label' | 'from' | 'to'
> {
  container?: readonly string[] | undefined
  fingerprint?: readonly string[] | undefined
}

/** A death as columns. 64-bit integers are text. */
export interface DeathRow {
  cluster: string
  namespace: string
  pod: string
  uid: string
  node: string
  owner: string
  container: string
  restart: number
  containerId: string
  /** Epoch ns. */
  diedNs: string
  outcome: string
  reason: string
  exitCode: number | null
  cause: string
  lastError: string
  frames: string[]
  title: string
  fingerprint: string
}

/** A place in the list. */
export interface DeathPlace {
  diedNs: bigint
  uid: string
  container: string
  restart: number
  containerId: string
}

/** Fields of a row: what each is made from, and its type. */
const fields = {
  cluster: ['its_cluster', 'String'],
  namespace: ['its_namespace', 'String'],
  pod: ['its_pod', 'String'],
  uid: ['uid', 'String'],
  node: ['its_node', 'String'],
  owner: ['its_owner', 'String'],
  container: ['death.container', 'String'],
  restart: ['death.restart', 'Int32'],
  containerId: ['death.container_id', 'String'],
  diedNs: ['toString(toUnixTimestamp64Nano(death.died_at))', 'String'],
  outcome: ['death.outcome', 'String'],
  reason: ['death.reason', 'String'],
  exitCode: ['death.exit_code', 'Nullable(Int32)'],
  cause: ['death.cause', 'String'],
  lastError: ['death.last_error', 'String'],
  frames: ['death.frames', 'Array(String)'],
  title: ['death.title', 'String'],
  fingerprint: ['death.fingerprint', 'String'],
} as const satisfies Record<keyof DeathRow, readonly [from: string, type: string]>
const sources = Object.values(fields).map(([from]) => from)
const types = Object.entries(fields).map(([name, [, type]]) => `${name} ${type}`)
/** The columns of a DeathRow, in what deathsFrom reads. */
export const deathColumns = raw(
  Object.entries(fields)
    .map(([name, [from]]) => `${from} AS ${name}`)
    .join(', '),
)
const place = raw('(death.died_at, uid, death.container, death.restart, death.container_id)')

/** Deaths of the filter, newest first, at most `limit`, behind `after`. Rows: DeathRow. */
export function someDeaths(filter: DeathFilter, limit: number, after?: DeathPlace): Fragment {
  const rest =
    after === undefined
      ? raw('')
      : sql` AND ${place} < (${nanoseconds(after.diedNs)}, ${str(after.uid)}, ${str(after.container)},
        ${bind('Int32', after.restart)}, ${str(after.containerId)})`
  return statement(
    'deaths-page',
    sql`SELECT ${deathColumns} ${deathsFrom(filter)}${rest} ORDER BY ${place} DESC LIMIT ${uint(limit)}`,
  )
}

export interface DeathRange {
  /** Epoch ns as text. */
  first: string
  last: string
  count: number
}

/** Rows: DeathRange. */
export const rangeOfDeaths = (filter: DeathFilter): Fragment =>
  statement(
    'deaths-range',
    sql`SELECT toString(toUnixTimestamp64Nano(min(death.died_at))) AS first,
      toString(toUnixTimestamp64Nano(max(death.died_at))) AS last, toFloat64(count()) AS count ${deathsFrom(filter)}`,
  )

/** ns from the first death to the last. */
export const extentOfDeaths = (range: DeathRange | undefined): bigint =>
  range === undefined || range.count === 0 ? 0n : BigInt(range.last) - BigInt(range.first)

export interface DeathCountRow {
  /** Number of the bucket since 1970. */
  bucket: string
  outcome: string
  count: number
}

/** Deaths of the filter by stretch of time and outcome, ascending. Rows: DeathCountRow. */
export const histogramOfDeaths = (filter: DeathFilter, stepNs: bigint): Fragment =>
  statement(
    'deaths-histogram',
    sql`SELECT toString(number) AS bucket, outcome, toFloat64(count()) AS count
    FROM (SELECT intDiv(toUnixTimestamp64Nano(death.died_at), ${int(stepNs)}) AS number, death.outcome AS outcome
      ${deathsFrom(filter)}) GROUP BY number, outcome ORDER BY number, outcome`,
  )

export interface GroupRow {
  count: number
  pods: number
  owners: string[]
  first: string
  last: string
  /** Numbers of buckets since 1970, and the deaths of each. */
  buckets: [string[], number[]]
  /** Of all groups. */
  total: number
  /** The last death. */
  example: DeathRow
}

const ownersMax = 20

/** Deaths of the filter by fingerprint, most frequent first, at most `limit`. Rows: GroupRow. */
export const groupsOfDeaths = (filter: DeathFilter, stepNs: bigint, limit: number): Fragment =>
  statement(
    'deaths-by-fingerprint',
    sql`SELECT toFloat64(count()) AS count, toFloat64(uniqExact(uid)) AS pods,
      arraySort(groupUniqArrayIf(${raw(String(ownersMax))})(its_owner, its_owner != '')) AS owners,
      toString(toUnixTimestamp64Nano(min(death.died_at))) AS first,
      toString(toUnixTimestamp64Nano(max(death.died_at))) AS last,
      sumMap([intDiv(toUnixTimestamp64Nano(death.died_at), ${int(stepNs)})], [toFloat64(1)]) AS buckets,
      toFloat64(count() OVER ()) AS total,
      argMax(CAST((${raw(sources.join(', '))}), 'Tuple(${raw(types.join(', '))})'), ${place}) AS example
    ${deathsFrom(filter)} GROUP BY death.fingerprint ORDER BY count DESC, last DESC, death.fingerprint
    LIMIT ${uint(limit)}`,
  )

export interface DeathsRead {
  /** Columns of obituaries that are read too, as `its_<column>`. */
  columns?: readonly DeathColumn[]
  /** Only deaths that are known since this revision or a later one; each has it as `noted`. */
  since?: bigint
}

export function deathsFrom(filter: DeathFilter, { columns = [], since }: DeathsRead = {}): Fragment {
  const { tenant, cluster, namespace, name, uid } = filter
  // These never change, so that they narrow before the newest row of each pod is found.
  const ofPods = [
    fromTable(tenant, 'obituaries'),
    ...oneOf('cluster', cluster),
    ...oneOf('namespace', namespace),
    ...oneOf('pod', name),
    ...(uid === undefined ? [] : [beginsAs('uid', uid)]),
    raw('notEmpty(deaths)'),
    // What a row has noted is not later than the row.
    ...(since === undefined ? [] : [sql`obituaries.revision >= ${uint(since)}`]),
  ]
  const newest = (column: string): string =>
    `argMax(obituaries.${column}, (obituaries.revision, written_at)) AS its_${column}`
  const read = new Set(['cluster', 'namespace', 'pod', 'node', 'owner', 'deaths', ...columns])
  if (filter.owner !== undefined) read.add('owners')
  if (filter.label !== undefined) read.add('labels')
  if (filter.image !== undefined) read.add('images')
  if (since !== undefined) read.add('deaths_noted')
  return sql`FROM (SELECT uid, ${raw([...read].map(newest).join(', '))} ${join(ofPods, ' AND ')} GROUP BY uid)
    ARRAY JOIN its_deaths AS death${since === undefined ? raw('') : raw(noted)}
    WHERE ${join([since === undefined ? raw('1') : sql`noted >= ${uint(since)}`, ...conditions(filter)], ' AND ')}`
}

/** Rows from before deaths were noted have no revisions of them. */
const noted = ', arrayResize(its_deaths_noted, length(its_deaths)) AS noted'

/** Of those that a filter reads only where it needs them. */
type DeathColumn = 'owners' | 'images'

export const oneOf = (column: string, values: readonly string[] | undefined): Fragment[] =>
  values === undefined ? [] : [sql`${raw(column)} IN ${strs(values)}`]

/** Of what pods say anew, and of their deaths. */
export function conditions({
  node,
  outcome,
  owner,
  image,
  label = [],
  from,
  to,
  ...filter
}: Omit<DeathFilter, 'tenant'>): Fragment[] {
  return [
    ...oneOf('its_node', node),
    ...oneOf('death.outcome', outcome),
    ...oneOf('death.container', filter.container),
    ...oneOf('death.fingerprint', filter.fingerprint),
    ...(owner === undefined ? [] : [has('its_owners', ofOwners(owner))]),
    ...(image === undefined ? [] : [has('its_images', ofImages(image))]),
    ...label.map((requirement) => has('its_labels', ofLabelRequirement(requirement))),
    ...(from === undefined ? [] : [sql`death.died_at >= ${nanoseconds(from)}`]),
    ...(to === undefined ? [] : [sql`death.died_at < ${nanoseconds(to)}`]),
  ]
}

/** Whether one of these values, which are those of the handles, fulfils the condition. */
const has = (column: string, { value, without }: HandleCondition): Fragment =>
  sql`arrayExists(value -> ${value}, ${raw(column)}) = ${raw(without === true ? '0' : '1')}`
