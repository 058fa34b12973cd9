// Pure: an Event as core/v1 has it, whichever of the two Event APIs reported it, and its row of a table.
import type { EventTextRow } from './event-statements.ts'
import { since } from '../api/human-duration.ts'
import { column, type Item, type KubernetesObject, type Resource, wholeSecond } from '../api/api-object.ts'
import { reportedObject } from '../api/reported-object.ts'

export const eventResource: Resource = {
  apiVersion: 'v1',
  kind: 'Event',
  plural: 'events',
  columns: [
    column('Last Seen', 'Since it last happened.'),
    column('Type', 'Normal or Warning.'),
    column('Reason', 'A short word for what happened.'),
    column('Object', 'What it is about.'),
    column('Subobject', 'Which part of it.', 1),
    column('Source', 'The component that reported it.', 1),
    column('Message', 'What happened.'),
    column('First Seen', 'Since it first happened.', 1),
    column('Count', 'How often it happened.', 1),
    column('Name', 'Of the event itself.', 1),
  ],
}

export function eventItem(row: EventTextRow, nowMs: number): Item {
  const { type, reason, message, kind, involvedName, fieldPath, count, component, host } = row
  return {
    object: eventObject(row),
    cells: [
      since(row.lastTime, nowMs),
      type,
      reason,
      kind === '' ? involvedName : `${kind.toLowerCase()}/${involvedName}`,
      fieldPath,
      [component, host].filter((text) => text !== '').join(', '),
      message.trim(),
      since(row.firstTime, nowMs),
      String(count),
      row.name,
    ],
  }
}

function eventObject(row: EventTextRow): KubernetesObject {
  const reported = reportedObject(row.object) as KubernetesObject & { involvedObject?: object; regarding?: object }
  const source = {
    ...(row.component === '' ? {} : { component: row.component }),
    ...(row.host === '' ? {} : { host: row.host }),
  }
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { ...reported.metadata, name: row.name, namespace: row.namespace, uid: row.uid },
    involvedObject: {
      ...(reported.involvedObject ?? reported.regarding),
      ...(row.kind === 'Pod' ? { apiVersion: 'v1' } : {}),
      kind: row.kind,
      namespace: row.involvedNamespace,
      name: row.involvedName,
      uid: row.involvedUid,
      ...(row.fieldPath === '' ? {} : { fieldPath: row.fieldPath }),
    },
    reason: row.reason,
    message: row.message,
    type: row.type,
    count: row.count,
    source,
    firstTimestamp: wholeSecond(row.firstTime),
    lastTimestamp: wholeSecond(row.lastTime),
    eventTime: null,
    reportingComponent: row.component,
    reportingInstance: row.host,
  }
}
