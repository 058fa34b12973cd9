// Decodes lifecycle records: Kubernetes Pods, Events and Nodes, in any envelope, become rows of their tables. Pure. One
// bad object never costs its neighbours: it becomes a reject that names the field. Input: docs/formats.md.
import type { z } from 'zod'
import { coreEventFacts, newEventFacts } from '../normalise/event-facts.ts'
import { latestBelieved } from '../normalise/kubernetes-time.ts'
import { lifeFacts } from '../normalise/life-facts.ts'
import { nodeFacts, nodeStates } from '../normalise/node-facts.ts'
import type { Origin } from '../normalise/origin.ts'
import { podFacts, type Change } from '../normalise/pod-facts.ts'
import { addReject, rejectedOf, type Reject, type RejectReason } from '../normalise/reject.ts'
import type { TableRows } from '../store/table-rows.ts'
import { readDocuments } from './kubernetes-body.ts'
import { LifecycleRows, type Row } from './kubernetes-rows.ts'
import { openEnvelopes, type Enclosed, type Hint, type JsonObject } from './kubernetes-envelope.ts'
import { badTime, coreEventSchema, newEventSchema, nodeSchema, podSchema } from './kubernetes-schema.ts'

type Failure = Pick<Reject, 'reason' | 'detail'>

/** etcd takes 1.5 MiB by default, so a larger object cannot come from a cluster. */
const objectCharsMax = 2 * 1024 * 1024

export interface Decoded {
  /** Only tables with rows. */
  tables: TableRows[]
  /** The number of records that were understood, bookmarks among them. */
  accepted: number
  rejects: Reject[]
}

/** One object that was understood, ready to travel by itself: `decodeLifecycle` makes the same rows of `text`. */
export interface LifecycleObject {
  /** Its place in the body. */
  index: number
  /** JSON, with the kind. managedFields is reduced to its times and subresources: nothing else of it is read. */
  text: string
  change: Change
  cluster: string
  /** The uid of the object that it describes, mostly a pod, or cluster/namespace/name where it states no uid. */
  about: string
}

/**
 * Throws AfterlogError `invalid-body` where the body is not JSON (or no line of NDJSON is).
 * @param onObject Called with each object that became rows.
 */
export function decodeLifecycle(
  body: Buffer,
  contentType: 'json' | 'ndjson',
  origin: Origin,
  onObject?: (object: LifecycleObject) => void,
): Decoded {
  const rows = new LifecycleRows()
  const rejects: Reject[] = []
  let index = 0
  for (const { value, raw, broken } of readDocuments(body, contentType)) {
    if (broken !== undefined) {
      addReject(rejects, () => ({ index, reason: 'not-json', detail: broken(), payload: raw }))
      index++
      continue
    }
    for (const record of openEnvelopes(value)) {
      const failure = record.is === 'reject' ? record : record.is === 'object' ? store(record, origin, rows) : undefined
      if (record.is === 'object' && failure === undefined) onObject?.(lifecycleObject(index, record, origin))
      const about = record.is === 'reject' ? record.value : record.is === 'object' ? record.object : undefined
      if (failure !== undefined)
        addReject(rejects, () => ({
          index,
          reason: failure.reason,
          detail: failure.detail,
          payload: about === value ? raw : payloadOf(about),
        }))
      index++
    }
  }
  return { tables: rows.take(), accepted: index - rejectedOf(rejects), rejects }
}

function store(
  { object, change, cluster, hint }: Enclosed & { is: 'object' },
  origin: Origin,
  rows: LifecycleRows,
): Failure | undefined {
  const from = cluster === '' ? origin : { ...origin, cluster }
  const kind = kindOf(object, hint)
  if (kind === undefined) return unknownKind(object)
  const text = objectText(object, kind)
  if (typeof text !== 'string') return text
  if (kind === 'pod') return storePod({ object, text, change, origin: from, rows })
  if (kind === 'node') return storeNode({ object, text, change, origin: from, rows })
  const event =
    kind === 'core-event'
      ? check(coreEventSchema, object, (read) => coreEventFacts(read, text, from))
      : check(newEventSchema, object, (read) => newEventFacts(read, text, from))
  if (event.failure !== undefined) return event.failure
  if (event.row === undefined)
    return {
      reason: 'missing-field',
      detail:
        'lastTimestamp: this Event has no time (eventTime, lastTimestamp, firstTimestamp, metadata.creationTimestamp)',
    }
  if (event.row.last_time > latestBelieved(from.receivedMs))
    return {
      reason: 'in-the-future',
      detail: `lastTimestamp: ${event.row.last_time} is more than an hour ahead of its arrival`,
    }
  if (event.row.uid === '/')
    return { reason: 'missing-field', detail: 'metadata.uid: this Event has neither a uid nor a name' }
  return tooManyRows(rows.add([['events', event.row]]))
}

interface ObjectToStore {
  object: JsonObject
  text: string
  change: Change
  origin: Origin
  rows: LifecycleRows
}

function storePod({ object, text, change, origin, rows }: ObjectToStore): Failure | undefined {
  const read = check(podSchema, object, (pod) => {
    const row = podFacts(pod, { change, object: text, origin })
    return { row, lives: lifeFacts(pod, row, origin) }
  })
  if (read.failure !== undefined) return read.failure
  const { row, lives } = read.row
  return tooManyRows(rows.add([['pods', row], ...lives.map((life) => ['lives', life] as const)]))
}

const tooManyRows = (bytes: number | undefined): Failure | undefined =>
  bytes === undefined
    ? undefined
    : {
        reason: 'too-large',
        detail: `the object becomes more than ${bytes} bytes of rows: each of its parts repeats its names`,
      }

function storeNode({ object, text, change, origin, rows }: ObjectToStore): Failure | undefined {
  const read = check(nodeSchema, object, (node) => {
    const row = nodeFacts(node, { change, object: text, origin })
    return { row, states: nodeStates(node, row) }
  })
  if (read.failure !== undefined) return read.failure
  const { row, states } = read.row
  return tooManyRows(rows.add([['nodes', row], ...states.map((state) => ['node_states', state] as const)]))
}

type Kind = 'pod' | 'node' | 'core-event' | 'new-event'

// Items of lists, and Events that agents read through client-go, state no kind. The list's kind or the fields tell it.
function kindOf(object: JsonObject, hint: Hint): Kind | undefined {
  const kind = object['kind'] ?? (hint.kind === '' ? undefined : hint.kind)
  const apiVersion = object['apiVersion'] ?? (hint.apiVersion === '' ? undefined : hint.apiVersion)
  const core = apiVersion === undefined || apiVersion === 'v1'
  if (kind === 'Pod') return core ? 'pod' : undefined
  if (kind === 'Node') return core ? 'node' : undefined
  if (kind !== undefined && kind !== 'Event' && kind !== '') return undefined
  if (kind === 'Event' && !core && !(typeof apiVersion === 'string' && apiVersion.startsWith('events.k8s.io/')))
    return undefined
  if ('involvedObject' in object) return 'core-event'
  if ('regarding' in object) return 'new-event'
  if (kind === 'Event') return core ? 'core-event' : 'new-event'
  const { spec, status } = object
  const looksLikePod =
    'metadata' in object &&
    (has(spec, 'containers') || has(status, 'containerStatuses') || (has(status, 'phase') && has(spec, 'nodeName')))
  return looksLikePod && core ? 'pod' : undefined
}

const has = (value: unknown, key: string): boolean =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)

function unknownKind(object: JsonObject): Failure {
  const { apiVersion, kind } = object
  const type = [apiVersion, kind].filter((part) => typeof part === 'string' && part !== '').join(' ')
  const subject = type === '' ? 'an object without kind' : type.slice(0, 200)
  return {
    reason: 'unknown-kind',
    detail: `${subject} is not stored: expected v1 Pod, v1 Node, v1 Event or events.k8s.io/v1 Event`,
  }
}

/** Returns the object as it is stored: with its kind, and without managedFields, which would be half of it. */
function objectText(object: JsonObject, kind: Kind): string | Failure {
  try {
    const text = JSON.stringify(withKind(object, kind, undefined))
    return text.length <= objectCharsMax
      ? text
      : { reason: 'too-large', detail: `the object has ${text.length} characters, of at most ${objectCharsMax}` }
  } catch {
    return { reason: 'bad-object', detail: 'the object is nested too deeply to be read; send it with fewer levels' }
  }
}

function withKind(
  { apiVersion, kind: statedKind, ...object }: JsonObject,
  kind: Kind,
  managedFields: unknown,
): JsonObject {
  const { metadata } = object
  return {
    apiVersion: apiVersion ?? (kind === 'new-event' ? 'events.k8s.io/v1' : 'v1'),
    kind: statedKind ?? (kind === 'pod' ? 'Pod' : kind === 'node' ? 'Node' : 'Event'),
    ...object,
    ...(has(metadata, 'managedFields') ? { metadata: { ...(metadata as JsonObject), managedFields } } : {}),
  }
}

function lifecycleObject(
  index: number,
  { object, change, cluster, hint }: Enclosed & { is: 'object' },
  origin: Origin,
): LifecycleObject {
  const kind = kindOf(object, hint)!
  const { metadata, involvedObject, regarding } = object as Record<string, JsonObject | undefined>
  const { uid, namespace, name } =
    (kind === 'core-event' ? involvedObject : kind === 'new-event' ? regarding : metadata) ?? {}
  const fields = metadata?.['managedFields']
  const times = Array.isArray(fields)
    ? (fields as JsonObject[]).map(({ time, subresource }) => ({ time, subresource }))
    : undefined
  const from = cluster === '' ? origin.cluster : cluster
  return {
    index,
    text: JSON.stringify(withKind(object, kind, times)),
    change,
    cluster: from,
    about: typeof uid === 'string' && uid !== '' ? uid : [from, namespace, name].join('/'),
  }
}

function check<S extends z.ZodType, R>(
  schema: S,
  object: JsonObject,
  use: (read: z.output<S>) => R,
): { failure: Failure } | { failure?: undefined; row: R } {
  const result = schema.safeParse(object)
  if (result.success) return { row: use(result.data) }
  const issue = result.error.issues[0]!
  const field = issue.path.join('.')
  return { failure: { reason: reasonOf(issue, object), detail: `${field.slice(0, 200)}: ${issue.message}` } }
}

function reasonOf(issue: z.core.$ZodIssue, object: JsonObject): RejectReason {
  if (issue.message.includes(badTime)) return 'bad-time'
  const value = issue.path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Row)[String(key)] : undefined),
    object,
  )
  return value === undefined || value === '' ? 'missing-field' : 'bad-field'
}

function payloadOf(value: unknown): Buffer {
  try {
    return Buffer.from(JSON.stringify(value) ?? '')
  } catch {
    return Buffer.alloc(0)
  }
}
