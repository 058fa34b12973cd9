// What is read of core/v1 Pod, Node and Event, and of events.k8s.io/v1 Event. Loose: unknown keys are kept, since the object is stored as
// it came; strict in what is read, so that a reject can name the field.
// https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/#pod-v1-core
import { z } from 'zod'
import { parseKubernetesTime } from '../normalise/kubernetes-time.ts'

/** Marks the issue of a time that cannot be read, so that the reject says `bad-time`. */
export const badTime = 'an RFC 3339 time between 1970 and 2261'

/** As stored, or null where it is not set. */
const time = z
  .string()
  .nullish()
  .transform((text, context) => {
    if (text === null || text === undefined || text === '') return null
    const parsed = parseKubernetesTime(text)
    if (parsed !== undefined) return parsed
    context.issues.push({ code: 'custom', message: `expected ${badTime}`, input: text })
    return z.NEVER
  })

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const textMap = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {})
const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((value) => value ?? [])
const int32 = z
  .int32()
  .nullish()
  .transform((value) => value ?? null)
/** Of an object or a container: Kubernetes allows names and uids of up to 253 characters. */
const required = z.string().min(1).max(253)

const metadata = z.looseObject({
  name: text,
  namespace: text,
  uid: text,
  resourceVersion: z
    .union([z.string(), z.number().transform(String)])
    .nullish()
    .transform((value) => value ?? ''),
  creationTimestamp: time,
  managedFields: listOf(z.looseObject({ time, subresource: text })),
})

const terminated = z.looseObject({
  exitCode: int32,
  signal: int32,
  reason: text,
  message: text,
  startedAt: time,
  finishedAt: time,
  containerID: text,
})
const state = z.looseObject({
  waiting: z.looseObject({ reason: text, message: text }).nullish(),
  running: z.looseObject({ startedAt: time }).nullish(),
  terminated: terminated.nullish(),
})

const containerStatus = z.looseObject({
  name: required,
  restartCount: z
    .int32()
    .min(0)
    .nullish()
    .transform((value) => value ?? 0),
  containerID: text,
  image: text,
  imageID: text,
  state: state.nullish(),
  lastState: state.nullish(),
})

export const podSchema = z.looseObject({
  metadata: metadata.extend({
    name: required,
    namespace: required,
    uid: required,
    deletionTimestamp: time,
    deletionGracePeriodSeconds: z
      .number()
      .min(0)
      .max(1e9)
      .nullish()
      .transform((value) => value ?? 0),
    labels: textMap,
    annotations: textMap,
    ownerReferences: listOf(z.looseObject({ kind: text, name: text, controller: z.boolean().nullish() })),
  }),
  spec: z
    .looseObject({
      nodeName: text,
      restartPolicy: text,
      initContainers: listOf(z.looseObject({ name: text, restartPolicy: text })),
    })
    .nullish(),
  status: z
    .looseObject({
      phase: text,
      reason: text,
      message: text,
      podIP: text,
      startTime: time,
      conditions: listOf(z.looseObject({ type: text, status: text, reason: text, message: text, lastTransitionTime: time })),
      containerStatuses: listOf(containerStatus),
      initContainerStatuses: listOf(containerStatus),
      ephemeralContainerStatuses: listOf(containerStatus),
    })
    .nullish(),
})

export const nodeSchema = z.looseObject({
  metadata: metadata.extend({ name: required, uid: required, deletionTimestamp: time, labels: textMap }),
  spec: z.looseObject({ taints: listOf(z.looseObject({ key: required, value: text, effect: text, timeAdded: time })) }).nullish(),
  status: z
    .looseObject({
      conditions: listOf(
        z.looseObject({
          type: required,
          status: text,
          reason: text,
          message: text,
          lastTransitionTime: time,
          lastHeartbeatTime: time,
        }),
      ),
    })
    .nullish(),
})

const reference = z.looseObject({ kind: text, namespace: text, name: text, uid: text, fieldPath: text })
const source = z.looseObject({ component: text, host: text }).nullish()
const count = z
  .int()
  .min(0)
  .max(0xffff_ffff)
  .nullish()
  .transform((value) => value ?? null)
const series = z.looseObject({ count, lastObservedTime: time }).nullish()

export const coreEventSchema = z.looseObject({
  metadata,
  involvedObject: reference,
  type: text,
  reason: text,
  message: text,
  source,
  firstTimestamp: time,
  lastTimestamp: time,
  eventTime: time,
  count,
  series,
  reportingComponent: text,
  reportingInstance: text,
  // Added by kubernetes-event-exporter.
  clusterName: text,
})

export const newEventSchema = z.looseObject({
  metadata,
  regarding: reference,
  type: text,
  reason: text,
  note: text,
  eventTime: time,
  deprecatedSource: source,
  deprecatedFirstTimestamp: time,
  deprecatedLastTimestamp: time,
  deprecatedCount: count,
  series,
  reportingController: text,
  reportingInstance: text,
})

export type KubernetesPod = z.output<typeof podSchema>
export type ContainerStatus = z.output<typeof containerStatus>
export type KubernetesNode = z.output<typeof nodeSchema>
export type CoreEvent = z.output<typeof coreEventSchema>
export type NewEvent = z.output<typeof newEventSchema>
