// Objects of Kubernetes that agents send where lines go: what the OpenTelemetry k8sobjects and k8s_events receivers, Fluent
// Bit's kubernetes_events and kubernetes-event-exporter emit. They are stored as if they had been posted to
// /v1/lifecycle.
import { fieldsByName, type LineField } from './agent-fields.ts'
import { isFields, type Fields, type Value } from './agent-values.ts'

const kinds = new Set(['Pod', 'Node', 'Event', 'List', 'PodList', 'NodeList', 'EventList'])
const watchTypes = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'])

/**
 * Whether a record is an object of a kind that is read, bare or in a watch event, or an Event without its kind. A
 * container may print what looks like an object, and its agent may have parsed that: a record that says whose line it
 * is, or how it was read, is a line.
 */
export const isObject = (fields: Fields): boolean => hasForm(fields) && !namesOfLines.some((path) => has(fields, path))

/** What says of a record that it is a line. */
export const fieldsOfLines: readonly LineField[] = [
  'cri',
  'namespace',
  'pod',
  'podUid',
  'container',
  'containerId',
  'restart',
  'unit',
  'stream',
  'logtag',
  'path',
  'offset',
  'length',
  'file',
  'device',
  'ordinal',
  'service',
]
/** Agents give these to objects too. */
const namesOfAll = new Set(['job', 'tag'])

const namesOfLines: readonly (readonly string[])[] = [
  ...[...fieldsByName].flatMap(([name, { field }]) =>
    fieldsOfLines.includes(field) && !namesOfAll.has(name) ? [name.split('.')] : [],
  ),
  ...['log', 'kubernetes', 'k8s', 'docker'].map((name) => [name]),
]

/** Whether a field is there by its path, nested or with dots in its name. */
function has(fields: Fields, path: readonly string[]): boolean {
  if (Object.hasOwn(fields, path.join('.'))) return true
  let value: Value = fields
  for (const name of path) {
    if (!isFields(value) || !Object.hasOwn(value, name)) return false
    value = value[name]
  }
  return true
}

function hasForm(fields: Fields): boolean {
  const { kind, metadata, object, type, involvedObject, regarding } = fields
  if (isFields(object)) return typeof type === 'string' && watchTypes.has(type.toUpperCase()) && hasForm(object)
  if (typeof kind === 'string') return kinds.has(kind) && typeof fields['apiVersion'] === 'string'
  return isFields(metadata) && (isFields(involvedObject) || isFields(regarding))
}

/** An object that is no list of them. */
export const isOneObject = (fields: Fields): boolean => !('items' in fields) && isObject(fields)

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
