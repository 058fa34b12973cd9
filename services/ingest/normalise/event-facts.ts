// Pure: an Event of either API as a row of `events`. A watch's DELETED only says that the API server dropped the Event,
// an hour after it happened, so the row stays.
import type { CoreEvent, NewEvent } from '../formats/kubernetes-schema.ts'
import { factVersion } from './fact-version.ts'
import { laterOf } from './kubernetes-time.ts'
import type { Origin } from './origin.ts'

/** Reads a core/v1 Event. Returns undefined where it states no time at all. */
export function coreEventFacts(event: CoreEvent, object: string, origin: Origin) {
  const { metadata, involvedObject, series } = event
  const times = [event.lastTimestamp, series?.lastObservedTime ?? null, event.eventTime, event.firstTimestamp]
  return eventRow(event, {
    involved: involvedObject,
    first: event.firstTimestamp ?? event.eventTime,
    last: times.reduce(laterOf, null),
    message: event.message,
    count: series?.count ?? event.count,
    component: event.source?.component || event.reportingComponent,
    host: event.source?.host || event.reportingInstance,
    cluster: event.clusterName || origin.cluster,
    created: metadata.creationTimestamp,
    object,
    origin,
  })
}

/** Reads an events.k8s.io/v1 Event. Returns undefined where it states no time at all. */
export function newEventFacts(event: NewEvent, object: string, origin: Origin) {
  const { metadata, regarding, series } = event
  const times = [
    event.deprecatedLastTimestamp,
    series?.lastObservedTime ?? null,
    event.eventTime,
    event.deprecatedFirstTimestamp,
  ]
  return eventRow(event, {
    involved: regarding,
    first: event.eventTime ?? event.deprecatedFirstTimestamp,
    last: times.reduce(laterOf, null),
    message: event.note,
    count: series?.count ?? event.deprecatedCount,
    component: event.reportingController || event.deprecatedSource?.component || '',
    host: event.deprecatedSource?.host || event.reportingInstance,
    cluster: origin.cluster,
    created: metadata.creationTimestamp,
    object,
    origin,
  })
}

interface Parts {
  involved: CoreEvent['involvedObject']
  first: string | null
  last: string | null
  message: string
  count: number | null
  component: string
  host: string
  cluster: string
  created: string | null
  object: string
  origin: Origin
}

function eventRow({ metadata, type, reason }: Pick<CoreEvent, 'metadata' | 'type' | 'reason'>, parts: Parts) {
  const { involved, created, origin } = parts
  const last = parts.last ?? created
  if (last === null) return undefined
  return {
    tenant: origin.tenant,
    cluster: parts.cluster,
    namespace: metadata.namespace || involved.namespace,
    // Every Event of an API server has a uid. Hand-made Events are identified by their names.
    uid: metadata.uid || `${metadata.namespace}/${metadata.name}`,
    version: factVersion({ rank: 0, resourceVersion: metadata.resourceVersion, newest: last }),
    name: metadata.name,
    type,
    reason,
    message: parts.message,
    involved_kind: involved.kind,
    involved_namespace: involved.namespace,
    involved_name: involved.name,
    involved_uid: involved.uid,
    field_path: involved.fieldPath,
    first_time: parts.first ?? created ?? last,
    last_time: last,
    count: Math.max(parts.count ?? 1, 1),
    component: parts.component,
    host: parts.host,
    object: parts.object,
  }
}
