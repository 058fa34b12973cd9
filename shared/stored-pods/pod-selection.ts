// Pure: some pods, and which lines are theirs, as statements: owners, labels, images, nodes and ends of pods as filters
// of lines (docs/decisions/0022-filters-by-pod.md). pod_lookup leads from handles to uids, pod_aliases to the names
// under which lines of these pods arrive, and lines_of_lives to the names that their lines have: the sorting key of
// `logs` has those. `aliased` is one rule in two languages: services/projector/resolve-identity.ts has the other.
import { int, join, raw, sql, statement, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import { bareContainerId } from '#shared/lines/bare-container-id.ts'
import { nanoseconds } from '#shared/lines/line-filter.ts'
import { isExclusion, type HandleCondition } from './handle-conditions.ts'

/** Pods that fulfil every condition. */
export interface PodSelection {
  tenant: string
  handles: readonly HandleCondition[]
  /** Phases as Kubernetes writes them, any of which was reported last. */
  phase?: readonly string[] | undefined
  namespace?: readonly string[] | undefined
  /** Epoch ns: only pods that may have lines in [from, to). */
  from?: bigint | undefined
  to?: bigint | undefined
}

/** Records follow their lines, and clocks differ: a pod may have lines so long before and behind its record's times. */
const slackNs = 3_600_000_000_000n

/** The API uids of some pods: a subquery in parentheses, or a bound list. Stands behind IN. */
export type UidSet = Fragment

export function uidsOfSelection({ tenant, handles, phase, namespace, from, to }: PodSelection): UidSet {
  const required = handles.filter((one) => !isExclusion(one))
  const [first, ...others] = required.length === 0 ? [everyPod] : required
  const rowsOf = ({ kind, value }: HandleCondition): Fragment =>
    sql`SELECT uid ${fromTable(tenant, 'pod_lookup', { final: true })} AND kind = ${str(kind)} AND ${value}`
  const conditions = [
    rowsOf(first!),
    ...(namespace === undefined ? [] : [sql`namespace IN ${strs(namespace)}`]),
    ...(from === undefined ? [] : [sql`last_seen >= ${int(from - slackNs)}`]),
    ...(to === undefined ? [] : [sql`first_seen < ${int(to + slackNs)}`]),
    ...others.map((one) => sql`uid IN (${rowsOf(one)})`),
    ...handles.filter(isExclusion).map((one) => sql`uid NOT IN (${rowsOf(one)})`),
    ...(phase === undefined ? [] : [ofPhase(tenant, phase)]),
  ]
  return sql`(${join(conditions, ' AND ')})`
}

const everyPod: HandleCondition = { kind: 'all', value: raw(`value = ''`) }

/** The phase that Kubernetes reported last; of a pod whose object is not known what its end says. */
function ofPhase(tenant: string, phases: readonly string[]): Fragment {
  const known = (condition: Fragment): Fragment =>
    sql`(SELECT uid ${fromTable(tenant, 'pods', { final: true })} AND ${condition})`
  return sql`(uid IN ${known(sql`phase IN ${strs(phases)}`)}
    OR (${phaseOfEnd} IN ${strs(phases)} AND uid NOT IN ${known(raw(`phase != ''`))}))`
}
const phaseOfEnd = raw(
  `multiIf(outcome = 'unknown', 'Unknown', died_rank = 9223372036854775807, 'Running',
    outcome = 'completed', 'Succeeded', 'Failed')`,
)

/** The uids, each once, at most `limit`. Rows: { uid }. */
export const uidList = (uids: UidSet, limit: number): Fragment =>
  statement('uids-of-pods', sql`SELECT DISTINCT uid FROM (${uids}) LIMIT ${uint(limit)}`)

/** Whose lines, and when: epoch ns, `from` inclusive, `to` exclusive. */
export interface LinesOfPods {
  tenant: string
  uids: UidSet
  from?: bigint | undefined
  to?: bigint | undefined
  /** Only of lines that fulfil it: a condition on a column that `logs` and `lines_of_lives` have. */
  among?: Fragment | undefined
}

export interface LineNamesRow {
  namespace: string
  pod: string
  /** '' where the lines have none. */
  uid: string
  /** Of lines without a uid: what `namelessKey` is. */
  key: string
  /** Epoch ns of their first and last line, whatever the time, as decimal text. */
  first: string
  last: string
}

/** The names that lines of these pods have in that time, at most `limit`. Rows: LineNamesRow. */
export const lineNames = (lines: LinesOfPods, limit: number): Fragment =>
  statement(
    'line-names-of-pods',
    sql`SELECT namespace, pod, pod_uid AS uid, if(pod_uid = '', ${namelessKey}, '') AS key,
      toString(toUnixTimestamp64Nano(min(first_line))) AS first, toString(toUnixTimestamp64Nano(max(last_line))) AS last
    ${livesWithLines(lines)} AND (${carry(lines)} OR (pod_uid = '' AND ${isNameless(lines)}))
    GROUP BY namespace, pod, uid, key LIMIT ${uint(limit)}`,
  )

/** What a line without a uid is known by: its names and its container. */
const namelessKey = sql`concat(cluster, '\\x01', namespace, '\\x01', pod, '\\x01', ${bareContainerId})`

/** A condition on `logs`: lines with one of these names. `rows` are all of them. */
export function scopeOfNames(rows: readonly LineNamesRow[]): Fragment {
  if (rows.length === 0) return raw('false')
  const all = (of: (row: LineNamesRow) => string): Fragment =>
    sql`${strs([...new Set(rows.map(of))].filter((value) => value !== ''))}`
  const byUid = sql`pod_uid IN ${all(({ uid }) => uid)}`
  const nameless = rows.some(({ uid }) => uid === '')
  const mine = nameless ? sql`(${byUid} OR (pod_uid = '' AND ${namelessKey} IN ${all(({ key }) => key)}))` : byUid
  const names = (of: (row: LineNamesRow) => string): Fragment => sql`${strs([...new Set(rows.map(of))])}`
  return sql`namespace IN ${names(({ namespace }) => namespace)} AND pod IN ${names(({ pod }) => pod)} AND ${mine}`
}

/** The same of any number of pods, by subqueries. */
export function scopeOfMany(lines: LinesOfPods): Fragment {
  const keys = sql`SELECT ${namelessKey} ${livesWithLines(lines)} AND pod_uid = '' AND ${isNameless(lines)}`
  return sql`(${carry(lines)} OR (pod_uid = '' AND ${namelessKey} IN (${keys})))`
}

/** `FROM lines_of_lives WHERE …`: a row has the times of some lines, so that lines of a time are in some row of it. */
function livesWithLines({ tenant, from, to, among }: LinesOfPods): Fragment {
  const further = among === undefined ? raw('') : sql` AND ${among}`
  const since = from === undefined ? raw('') : sql` AND last_line >= ${nanoseconds(from)}`
  return sql`${fromTable(tenant, 'lines_of_lives')}${further}${since}${to === undefined ? raw('') : sql` AND first_line < ${nanoseconds(to)}`}`
}

/** Lines with a uid: that of the pod, or of a log path that leads to it. */
const carry = ({ tenant, uids }: LinesOfPods): Fragment =>
  sql`(pod_uid IN ${uids} OR pod_uid IN (${aliased(tenant, 'log-uid', uids)}))`

/** Lines without a uid whose container, or whose name where no container leads to a pod, is of these pods. */
function isNameless(lines: LinesOfPods): Fragment {
  const { tenant, uids } = lines
  const ids = sql` AND alias IN (SELECT ${bareContainerId} ${livesWithLines(lines)} AND pod_uid = '')`
  const known = sql`SELECT alias ${fromTable(tenant, 'pod_aliases')} AND kind = 'container-id'${ids}`
  return sql`(${bareContainerId} IN (${aliased(tenant, 'container-id', uids, ids)})
    OR (concat('unresolved:', cluster, '/', namespace, '/', pod) IN ${uids} AND ${bareContainerId} NOT IN (${known})))`
}

/** Aliases of which the newest pod, or instance, is one of these. */
function aliased(tenant: string, kind: 'log-uid' | 'container-id', uids: UidSet, among = raw('')): Fragment {
  return sql`SELECT alias FROM (
    SELECT alias, uid, (min(pod_aliases.created_at), max(pod_aliases.version), uid) AS newness
    ${fromTable(tenant, 'pod_aliases')} AND kind = ${str(kind)}${among} GROUP BY alias, uid)
    GROUP BY alias HAVING argMax(uid, newness) IN ${uids}`
}
