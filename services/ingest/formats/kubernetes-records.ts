// Objects of Kubernetes that agents send where lines go: what the OpenTelemetry k8sobjects and k8s_events receivers, Fluent
// Bit's kubernetes_events and kubernetes-event-exporter emit. They are stored as if they had been posted to
// /v1/lifecycle.
import { isFields, type Fields, type Value } from './agent-record.ts'

const kinds = new Set(['Pod', 'Node', 'Event', 'List', 'PodList', 'NodeList', 'EventList'])

/** Whether a record is an object of a kind that is read, bare or in a watch event, or an Event without its kind. */
export const isObject = (fields: Fields): boolean => !lineNames.some((name) => name in fields) && hasForm(fields)

/**
 * A container may print what looks like an object, and its agent may have parsed that: a record that says whose line it
 * is, or how it was read, is a line.
 */
const lineNames =
  `log stream logtag cri path filename kubernetes k8s docker namespace pod container namespace_name pod_name
  pod_id pod_uid container_name k8s.namespace.name k8s.pod.name k8s.pod.uid k8s.container.name log.file.path`.split(
    /\s+/,
  )

function hasForm(fields: Fields): boolean {
  const { kind, metadata, object, type, involvedObject, regarding } = fields
  if (isFields(object)) return typeof type === 'string' && hasForm(object)
  if (typeof kind === 'string') return kinds.has(kind) && typeof fields['apiVersion'] === 'string'
  return isFields(metadata) && (isFields(involvedObject) || isFields(regarding))
}

/** What the k8s_events receiver says of an Event, by the names of its attributes; undefined where it is none. */
export interface EventRecord {
  attribute(name: string): string | undefined
  namespace: string | undefined
  node: string | undefined
  /** RFC 3339, or ns since 1970. */
  time: string
  type: string
  message: string
}

/**
 * The Event that a record of the k8s_events receiver was made of; undefined where it is another record.
 * https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/receiver/k8seventsreceiver
 */
export function eventOf({ attribute, namespace, node, time, type, message }: EventRecord): Fields | undefined {
  const [name, reason] = [attribute('k8s.event.name'), attribute('k8s.event.reason')]
  if (name === undefined || attribute('k8s.object.kind') === undefined) return undefined
  const count = attribute('k8s.event.count')
  const when = rfc3339(time)
  return defined({
    kind: 'Event',
    apiVersion: 'v1',
    metadata: defined({
      name,
      namespace,
      uid: attribute('k8s.event.uid'),
      creationTimestamp: goTime(attribute('k8s.event.start_time')) ?? when,
    }),
    involvedObject: defined({
      kind: attribute('k8s.object.kind'),
      name: attribute('k8s.object.name'),
      namespace,
      uid: attribute('k8s.object.uid'),
      fieldPath: attribute('k8s.object.fieldpath'),
      apiVersion: attribute('k8s.object.api_version'),
      resourceVersion: attribute('k8s.object.resource_version'),
    }),
    reason,
    action: attribute('k8s.event.action'),
    message,
    type: type === '' ? undefined : type,
    count: count === undefined ? undefined : Number(count),
    lastTimestamp: when,
    source: defined({ host: node }),
  })
}

const defined = (fields: Record<string, Value>): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

const rfc3339 = (time: string): string =>
  /^\d+$/.test(time) ? new Date(Number(BigInt(time) / 1_000_000n)).toISOString() : time

/** Go's Time.String(): `2021-09-20 07:50:19 +0000 UTC`. */
function goTime(text: string | undefined): string | undefined {
  const [, day, time, zone] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? ([+-]\d{4})/.exec(text ?? '') ?? []
  return day === undefined ? undefined : `${day}T${time}${zone!.slice(0, 3)}:${zone!.slice(3)}`
}

/** An object with the name of its cluster, which no object has, as the collector exports both. */
export function withCluster(json: string, cluster: string | undefined): string {
  if (cluster === undefined) return json
  const attributes = [{ key: 'k8s.cluster.name', value: { stringValue: cluster } }]
  const scopeLogs = [{ logRecords: [{ body: { stringValue: json } }] }]
  return JSON.stringify({ resourceLogs: [{ resource: { attributes }, scopeLogs }] })
}
