// Opens what Kubernetes objects travel in: lists, watch events {type, object}, and the log bodies of the OpenTelemetry
// k8sobjects receiver (bare or in an OTLP/JSON export). It yields objects, or the reasons why there is none.
import type { Change } from '../normalise/pod-facts.ts'
import type { RejectReason } from '../normalise/reject.ts'
import { otlpBodies } from './kubernetes-otlp.ts'

export type JsonObject = Record<string, unknown>

/** One lifecycle record: an object, a record without meaning for us (a bookmark), or a failure. */
export type Enclosed =
  | { is: 'object'; object: JsonObject; change: Change; cluster: string; hint: Hint }
  | { is: 'nothing' }
  | { is: 'reject'; value: unknown; reason: RejectReason; detail: string }

/** The kind and API version that a list states for its items. The items need not repeat them. */
export interface Hint {
  kind: string
  apiVersion: string
}

interface Context {
  change: Change
  /** '' where no envelope names one. */
  cluster: string
  hint: Hint
  depth: number
}

const depthMax = 6
const watchTypes = ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'] as const

export function openEnvelopes(value: unknown): Generator<Enclosed> {
  return open(value, { change: 'reported', cluster: '', hint: { kind: '', apiVersion: '' }, depth: 0 })
}

function* open(value: unknown, context: Context): Generator<Enclosed> {
  if (context.depth > depthMax)
    return yield reject(value, 'bad-object', `lists and watch events are nested more than ${depthMax} deep`)
  const inner = { ...context, depth: context.depth + 1 }
  if (Array.isArray(value)) {
    // A whole body may be an empty batch. Inside it, an empty array stands where a record should.
    if (value.length === 0 && context.depth > 0)
      return yield reject(value, 'not-an-object', 'expected a Kubernetes object, got an empty array')
    for (const item of value as unknown[]) yield* open(item, inner)
    return
  }
  if (!isObject(value))
    return yield reject(
      value,
      'not-an-object',
      `expected a Kubernetes object, got ${value === null ? 'null' : typeof value}`,
    )
  if (isList(value)) return yield* openList(value, inner)
  if (
    typeof value['type'] === 'string' &&
    'object' in value &&
    !('involvedObject' in value) &&
    !('regarding' in value)
  ) {
    return yield* openWatchEvent(value, value['type'].toUpperCase(), inner)
  }
  if (Array.isArray(value['resourceLogs'])) {
    for (const { body, cluster } of otlpBodies(value['resourceLogs'])) yield* open(body, { ...inner, cluster })
    return
  }
  // A log record of an agent, with the object as its body.
  if (isObject(value['body']) && value['kind'] === undefined && value['metadata'] === undefined)
    return yield* open(value['body'], inner)
  yield { is: 'object', object: value, change: context.change, cluster: context.cluster, hint: context.hint }
}

function isList(value: JsonObject): boolean {
  const { kind, items } = value
  return typeof kind === 'string'
    ? kind.endsWith('List')
    : kind === undefined && Array.isArray(items) && !('spec' in value) && !('status' in value)
}

function* openList({ kind, apiVersion, items }: JsonObject, context: Context): Generator<Enclosed> {
  // Go writes an empty list as null.
  if (items === null) return
  if (items === undefined)
    return yield reject(
      { kind, apiVersion },
      'missing-field',
      'items: expected an array of objects, which may be empty',
    )
  if (!Array.isArray(items)) return yield reject({ kind, items }, 'bad-field', 'items: expected an array of objects')
  const of = typeof kind === 'string' ? kind.slice(0, -'List'.length) : ''
  const hint = { kind: of, apiVersion: of !== '' && typeof apiVersion === 'string' ? apiVersion : '' }
  for (const item of items as unknown[]) yield* open(item, { ...context, hint })
}

function* openWatchEvent(event: JsonObject, type: string, context: Context): Generator<Enclosed> {
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
      return yield* open(event['object'], context)
    case 'DELETED':
      return yield* open(event['object'], { ...context, change: 'deleted' })
    case 'BOOKMARK':
    // The k8sobjects receiver sends it at the end of each pull.
    case 'PULLEND':
      return yield { is: 'nothing' }
    case 'ERROR':
      return yield reject(
        event,
        'unknown-kind',
        'a watch event ERROR carries a Status about the watch, not a Pod or an Event',
      )
    default:
      return yield reject(
        event,
        'bad-field',
        `type: expected one of ${watchTypes.join(', ')}, got ${JSON.stringify(type.slice(0, 40))}`,
      )
  }
}

const reject = (value: unknown, reason: RejectReason, detail: string): Enclosed => ({
  is: 'reject',
  value,
  reason,
  detail,
})

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
