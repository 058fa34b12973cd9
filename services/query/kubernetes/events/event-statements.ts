// Statements of Events: a page in the order of names, with a fieldSelector as conditions, and, for a watch, the
// versions of Events and which of them have changed.
import { bind, join, raw, sql, statement, str, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable, type ReadOptions } from '#shared/clickhouse/tenant-scope.ts'
import type { FieldTerm } from '../api/field-selector.ts'
import type { EventRow } from '#shared/pod-model/rows.ts'

/** Identity and version of an Event as hashes of 53 bits, so that a watch can remember all of them. */
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
  /** Only Events with these ids. */
  ids?: readonly number[]
}

/** A field of the object that an Event is about, where no column has it. */
const involvedField = (field: string): string =>
  `if(JSONHas(object, 'involvedObject'), JSONExtractString(object, 'involvedObject', '${field}'),
    JSONExtractString(object, 'regarding', '${field}'))`

const columnOf: Readonly<Record<string, Fragment>> = {
  'metadata.name': raw('name'),
  'metadata.namespace': raw('namespace'),
  'involvedObject.kind': raw('involved_kind'),
  'involvedObject.namespace': raw('involved_namespace'),
  'involvedObject.name': raw('involved_name'),
  'involvedObject.uid': raw('involved_uid'),
  // For a Pod it is always v1, whether or not the Event has it.
  'involvedObject.apiVersion': raw(`if(involved_kind = 'Pod', 'v1', ${involvedField('apiVersion')})`),
  'involvedObject.resourceVersion': raw(involvedField('resourceVersion')),
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
    sql`SELECT toFloat64(${id}) AS id, toFloat64(${printOf(raw('version'))}) AS print, namespace, uid, name,
    type, reason, message, involved_kind AS kind, involved_namespace AS involvedNamespace,
    involved_name AS involvedName, involved_uid AS involvedUid, field_path AS fieldPath,
    first_time AS firstTime, last_time AS lastTime, count, component, host, object
  ${eventsFrom(filter, { final: true })}${behind} ORDER BY namespace, name, uid LIMIT ${uint(limit)}`,
  )
}

/** Rows: EventPrint. */
export const eventPrints = (filter: EventFilter): Fragment =>
  statement(
    'event-versions',
    sql`SELECT toFloat64(${id}) AS id, toFloat64(${printOf(raw('max(version)'))}) AS print
    ${eventsFrom(filter)} GROUP BY involved_uid, uid`,
  )

/** All Events that were written at `sinceS` (epoch s) or later, and some that were only merged since. Rows: { id }. */
export const eventsChangedSince = (filter: EventFilter, sinceS: number): Fragment =>
  statement(
    'event-changes',
    sql`SELECT DISTINCT toFloat64(${id}) AS id ${eventsFrom(filter)} AND ${partsSince(sinceS)}`,
  )

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
  const condition = field === 'involvedObject.name' ? involved(value) : sql`${columnOf[field]!} = ${str(value)}`
  return equal ? condition : sql`NOT (${condition})`
}

/** kubectl describe asks for the Events of a pod by the name that it was given, also NAME.UIDPREFIX or NAME@LIFE. */
function involved(requested: string): Fragment {
  const name = requested.replace(/@-?\d+$/, '')
  const dot = name.lastIndexOf('.')
  const exact = sql`involved_name = ${str(name)}`
  if (dot <= 0) return exact
  const [base, uidPrefix] = [name.slice(0, dot), name.slice(dot + 1)]
  return sql`(${exact} OR (involved_name = ${str(base)} AND startsWith(involved_uid, ${str(uidPrefix)})))`
}

/** A condition for rows in parts that were written or merged at `sinceS` (epoch s) or later. */
const partsSince = (sinceS: number): Fragment =>
  sql`_part IN (SELECT name FROM system.parts WHERE active AND database = currentDatabase()
    AND table IN ('events', 'events_local') AND modification_time >= fromUnixTimestamp(${uint(sinceS)}))`
