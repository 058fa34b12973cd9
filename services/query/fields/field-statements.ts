// Statements that count the fields of lines and their values in distinct lines. A field is a column that requests
// filter by, or a key of a line's labels (`labels.app`) or attributes (`attributes.http.status`). Fields of pods
// (`owner`, `image`, `label.app`) are counted in pods.
import { join, raw, sql, statement, str, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import { linesFrom, type LineFilter } from '#shared/lines/line-filter.ts'
import { uidsOfSelection, type PodSelection } from '#shared/stored-pods/pod-selection.ts'

const columns = {
  cluster: 'cluster',
  namespace: 'namespace',
  pod: 'pod',
  podUid: 'pod_uid',
  container: 'container',
  restart: "if(restart < 0, '', toString(restart))",
  containerId: 'container_id',
  node: 'node',
  unit: 'unit',
  stream: 'stream',
  severity: 'severity',
  traceId: 'trace_id',
  spanId: 'span_id',
} as const
export const fieldNames = Object.keys(columns) as readonly (keyof typeof columns)[]

/** SQL for the value of a field as text, '' where a line lacks it; undefined for a name that is no field. */
export function fieldValue(name: string): Fragment | undefined {
  if (Object.hasOwn(columns, name)) return sql`toString(${raw(columns[name as keyof typeof columns])})`
  const key = /^(labels|attributes)\.(.+)$/s.exec(name)
  return key === null ? undefined : sql`${raw(key[1]!)}[${str(key[2]!)}]`
}

/** The most frequent values of a field. Rows: { value, count }. */
export const topValues = (filter: LineFilter, value: Fragment, limit: number): Fragment =>
  statement(
    'field-values',
    sql`
  SELECT value, toFloat64(count()) AS count
  FROM (SELECT ${value} AS value ${linesFrom(filter)} LIMIT 1 BY ts, identity)
  WHERE value != '' GROUP BY value ORDER BY count DESC, value LIMIT ${uint(limit)}`,
  )

/** Names of the fields that the most lines have. Rows: { value, count }. */
export function topFields(filter: LineFilter, limit: number): Fragment {
  const fieldsOfColumns = fieldNames.map((name) => sql`if(${fieldValue(name)!} = '', '', ${str(name)})`)
  const keys = (map: string): Fragment => sql`arrayMap(key -> concat(${str(`${map}.`)}, key), mapKeys(${raw(map)}))`
  return statement(
    'field-names',
    sql`SELECT name AS value, toFloat64(count()) AS count
    FROM (SELECT arrayJoin(names) AS name FROM (
      SELECT arrayConcat([${join(fieldsOfColumns, ', ')}], ${keys('labels')}, ${keys('attributes')}) AS names
      ${linesFrom(filter)} LIMIT 1 BY ts, identity))
    WHERE name != '' GROUP BY name ORDER BY count DESC, name LIMIT ${uint(limit)}`,
  )
}

/** What a name of a field means of pods; undefined of a name that means nothing. */
export function podField(name: string): { kind: 'owner' | 'image' | 'label'; key: string } | undefined {
  if (name === 'owner' || name === 'image') return { kind: name, key: '' }
  const key = /^label\.(.+)$/s.exec(name)?.[1]
  return key === undefined ? undefined : { kind: 'label', key }
}

/** Handles of the pods with these values; an owner is one by its kind and name. */
const handlesOf = (pods: PodSelection, condition: Fragment): Fragment =>
  sql`${fromTable(pods.tenant, 'pod_lookup', { final: true })} AND ${condition} AND uid IN ${uidsOfSelection(pods)}`

/** The most frequent values of a field of these pods. Rows: { value, count }. */
export function topPodValues(
  pods: PodSelection,
  { kind, key }: { kind: string; key: string },
  limit: number,
): Fragment {
  const ofKey = kind === 'label' ? sql` AND startsWith(${raw('value')}, ${str(`${key}=`)})` : raw('')
  const ofKind = kind === 'owner' ? raw(` AND position(value, '/') > 0`) : raw('')
  const shown = kind === 'label' ? sql`substring(${raw('value')}, ${uint(Buffer.byteLength(key) + 2)})` : raw('value')
  return statement(
    'pod-field-values',
    sql`SELECT ${shown} AS shown, toFloat64(uniqExact(uid)) AS count
    ${handlesOf(pods, sql`kind = ${str(kind)}${ofKey}${ofKind}`)}
    GROUP BY shown ORDER BY count DESC, shown LIMIT ${uint(limit)}`,
  )
}

/** Names of fields of these pods: owner, image and their labels. Rows: { value, count }. */
export const topPodFields = (pods: PodSelection, limit: number): Fragment =>
  statement(
    'pod-field-names',
    sql`SELECT if(kind = 'label', concat('label.', substring(value, 1, position(value, '=') - 1)), toString(kind)) AS field,
      toFloat64(uniqExact(uid)) AS count ${handlesOf(pods, raw(`kind IN ('owner', 'image', 'label')`))}
    GROUP BY field ORDER BY count DESC, field LIMIT ${uint(limit)}`,
  )
