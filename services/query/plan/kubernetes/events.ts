// Events in the order of their names, with the fieldSelector of Kubernetes as conditions.
import { join, raw, sql, str, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import type { EventRow } from '#query/plan/pod-details.ts'
import type { FieldTerm } from '#query/syntax/kubernetes/field-selector.ts'

export interface EventTextRow extends Omit<EventRow, 'cluster' | 'pod'> {
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
}

const columnOf: Readonly<Record<string, Fragment>> = {
  'metadata.name': raw('name'),
  'metadata.namespace': raw('namespace'),
  'involvedObject.kind': raw('involved_kind'),
  'involvedObject.namespace': raw('involved_namespace'),
  'involvedObject.name': raw('involved_name'),
  'involvedObject.uid': raw('involved_uid'),
  'involvedObject.fieldPath': raw('field_path'),
  reason: raw('reason'),
  type: raw('type'),
  source: raw('component'),
  reportingComponent: raw('component'),
}
export const eventFields = Object.keys(columnOf)

/** Rows: EventTextRow. */
export function eventTexts(
  { tenant, namespace, name, fields }: EventFilter,
  after: EventPosition | undefined,
  limit: number,
): Fragment {
  const conditions = [
    sql`tenant = ${str(tenant)}`,
    ...(namespace === undefined ? [] : [sql`namespace = ${str(namespace)}`]),
    ...(name === undefined ? [] : [sql`name = ${str(name)}`]),
    ...fields.map(fieldSql),
    ...(after === undefined
      ? []
      : [sql`(namespace, name, uid) > (${str(after.namespace)}, ${str(after.name)}, ${str(after.uid)})`]),
  ]
  const time = (column: string, as: string) => raw(`concat(replaceOne(toString(${column}), ' ', 'T'), 'Z') AS ${as}`)
  return sql`SELECT namespace, uid, name, type, reason, message, involved_kind AS kind, involved_namespace AS involvedNamespace, involved_name AS involvedName, involved_uid AS involvedUid,
    field_path AS fieldPath, ${time('first_time', 'firstTime')}, ${time('last_time', 'lastTime')}, count, component, host, object
  FROM events FINAL WHERE ${join(conditions, ' AND ')} ORDER BY namespace, name, uid LIMIT ${uint(limit)}`
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
