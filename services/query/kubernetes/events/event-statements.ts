// Events in the order of their names, with the fieldSelector of Kubernetes as conditions; and, for a watch, which of them have changed.
import { bind, join, raw, sql, statement, str, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable, type ReadOptions } from '#shared/clickhouse/tenant-scope.ts'
import type { FieldTerm } from '../api/field-selector.ts'
import type { EventRow } from '#shared/pod-model/rows.ts'

/** Which Event, and which version of it: 53 bits of hashes, so that a watch can remember all of them. */
export interface EventPrint {
  id: number
  print: number
}

export interface EventTextRow extends EventPrint, Omit<EventRow, 'cluster' | 'pod'> {
  name: string
  kind: string
  involvedNamespace: string
  involvedName: string
  involvedUid: string
  /** The Event as JSON. */
  object: string
}

export interface EventPosition {
  namespace: string
  name: string
  uid: string
}

export interface EventFilter {
  tenant: string
  namespace?: string | undefined
  name?: string
  fields: readonly FieldTerm[]
  /** Only these. */
  ids?: readonly number[]
}

/** What no column has of the object that an Event is about. */
const told = (field: string): string =>
  `if(JSONHas(object, 'involvedObject'), JSONExtractString(object, 'involvedObject', '${field}'), JSONExtractString(object, 'regarding', '${field}'))`

const columnOf: Readonly<Record<string, Fragment>> = {
  'metadata.name': raw('name'),
  'metadata.namespace': raw('namespace'),
  'involvedObject.kind': raw('involved_kind'),
  'involvedObject.namespace': raw('involved_namespace'),
  'involvedObject.name': raw('involved_name'),
  'involvedObject.uid': raw('involved_uid'),
  // Of a Pod nothing else can stand there, told or not.
  'involvedObject.apiVersion': raw(`if(involved_kind = 'Pod', 'v1', ${told('apiVersion')})`),
  'involvedObject.resourceVersion': raw(told('resourceVersion')),
  'involvedObject.fieldPath': raw('field_path'),
  reason: raw('reason'),
  type: raw('type'),
  source: raw('component'),
  reportingComponent: raw('component'),
}
export const eventFields = Object.keys(columnOf)

const id = raw('bitShiftRight(cityHash64(involved_uid, uid), 11)')
const printOf = (version: Fragment): Fragment => sql`bitShiftRight(cityHash64(${version}), 11)`

/** Rows: EventTextRow. */
export function eventTexts(filter: EventFilter, after: EventPosition | undefined, limit: number): Fragment {
  const behind =
    after === undefined
      ? raw('')
      : sql` AND (namespace, name, uid) > (${str(after.namespace)}, ${str(after.name)}, ${str(after.uid)})`
  return statement(
    'event-page',
    sql`SELECT toFloat64(${id}) AS id, toFloat64(${printOf(raw('version'))}) AS print, namespace, uid, name, type, reason, message, involved_kind AS kind,
    involved_namespace AS involvedNamespace, involved_name AS involvedName, involved_uid AS involvedUid, field_path AS fieldPath,
    first_time AS firstTime, last_time AS lastTime, count, component, host, object
  ${eventsFrom(filter, { final: true })}${behind} ORDER BY namespace, name, uid LIMIT ${uint(limit)}`,
  )
}

/** Rows: EventPrint. */
export const eventPrints = (filter: EventFilter): Fragment =>
  statement(
    'event-versions',
    sql`SELECT toFloat64(${id}) AS id, toFloat64(${printOf(raw('max(version)'))}) AS print ${eventsFrom(filter)} GROUP BY involved_uid, uid`,
  )

/** Events that were written at `sinceS` (epoch s) or later, or merged since: never one too few. Rows: { id }. */
export const eventsChangedSince = (filter: EventFilter, sinceS: number): Fragment =>
  statement('event-changes', sql`SELECT DISTINCT toFloat64(${id}) AS id ${eventsFrom(filter)} AND ${partsSince(sinceS)}`)

function eventsFrom({ tenant, namespace, name, fields, ids }: EventFilter, options?: ReadOptions): Fragment {
  const conditions = [
    fromTable(tenant, 'events', options),
    ...(namespace === undefined ? [] : [sql`namespace = ${str(namespace)}`]),
    ...(name === undefined ? [] : [sql`name = ${str(name)}`]),
    ...fields.map(fieldSql),
    ...(ids === undefined ? [] : [sql`${id} IN ${bind('Array(UInt64)', ids)}`]),
  ]
  return join(conditions, ' AND ')
}

function fieldSql({ field, equal, value }: FieldTerm): Fragment {
  const is = field === 'involvedObject.name' ? involved(value) : sql`${columnOf[field]!} = ${str(value)}`
  return equal ? is : sql`NOT (${is})`
}

/** A pod may be asked for as NAME.UIDPREFIX or NAME@LIFE, which is what kubectl describe then asks events of. */
function involved(asked: string): Fragment {
  const name = asked.replace(/@-?\d+$/, '')
  const dot = name.lastIndexOf('.')
  const exact = sql`involved_name = ${str(name)}`
  if (dot <= 0) return exact
  return sql`(${exact} OR (involved_name = ${str(name.slice(0, dot))} AND startsWith(involved_uid, ${str(name.slice(dot + 1))})))`
}

/** A condition on rows: those in parts that were written or merged at `sinceS` (epoch s) or later. */
const partsSince = (sinceS: number): Fragment =>
  sql`_part IN (SELECT name FROM system.parts WHERE active AND database = currentDatabase() AND table IN ('events', 'events_local') AND modification_time >= fromUnixTimestamp(${uint(sinceS)}))`
