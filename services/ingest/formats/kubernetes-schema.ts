// The fields that are read of core/v1 Pod, Node and Event and of events.k8s.io/v1 Event. Unknown keys stay, since the
// object is stored as received. Fields that are read here or served under /k8s are checked, so that a reject can name
// the field: a typed client refuses a whole list for one object whose image is a number.
// https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/#pod-v1-core
import { z } from 'zod'
import { parseKubernetesTime } from '../normalise/kubernetes-time.ts'
import { isFromText } from './json-escape.ts'

/** The text that marks an unreadable time in an issue, so that the reason of the reject is `bad-time`. */
export const badTime = 'an RFC 3339 time between 1970 and 2105'

/** The time as it is stored, or null where it is not set. */
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
const flag = z.boolean().nullish()
/** A resource.Quantity. Clients accept numbers, too. */
const quantities = z
  .record(z.string(), z.union([z.string(), z.number()], 'expected a quantity such as 256Mi'))
  .nullish()
/** The name or uid of an object or a container. Kubernetes allows up to 253 characters. */
const required = z.string().min(1).max(253).refine(isFromText, 'expected UTF-8: two names that differ would be one')
const isUid = (uid: string): boolean => !uid.startsWith('unresolved:')
const reserved = 'expected the uid that the API server gave; Afterlog reserves unresolved: for pods without a known uid'

const owner = z.looseObject({
  apiVersion: text,
  kind: text,
  name: text,
  uid: text,
  controller: flag,
  blockOwnerDeletion: flag,
})
const metadata = z.looseObject({
  name: text,
  generateName: text,
  namespace: text,
  uid: text,
  labels: textMap,
  annotations: textMap,
  ownerReferences: listOf(owner),
  finalizers: listOf(text),
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
  ready: flag,
  started: flag,
  state: state.nullish(),
  lastState: state.nullish(),
})

const container = z.looseObject({
  name: required,
  image: text,
  command: listOf(text),
  args: listOf(text),
  restartPolicy: text,
  resources: z.looseObject({ limits: quantities, requests: quantities }).nullish(),
})

export const podSchema = z.looseObject({
  metadata: metadata.extend({
    name: required,
    namespace: required,
    uid: required.refine(isUid, reserved),
    deletionTimestamp: time,
    deletionGracePeriodSeconds: z
      .int()
      .min(0)
      .max(1e9)
      .nullish()
      .transform((value) => value ?? 0),
  }),
  spec: z
    .looseObject({
      nodeName: text,
      restartPolicy: text,
      serviceAccountName: text,
      hostNetwork: flag,
      nodeSelector: textMap,
      containers: listOf(container),
      initContainers: listOf(container),
      ephemeralContainers: listOf(container),
      volumes: listOf(z.looseObject({ name: text })),
      tolerations: listOf(z.looseObject({ key: text, operator: text, value: text, effect: text })),
    })
    .nullish(),
  status: z
    .looseObject({
      phase: text,
      reason: text,
      message: text,
      podIP: text,
      podIPs: listOf(z.looseObject({ ip: text })),
      hostIP: text,
      hostIPs: listOf(z.looseObject({ ip: text })),
      qosClass: text,
      startTime: time,
      conditions: listOf(
        z.looseObject({ type: text, status: text, reason: text, message: text, lastTransitionTime: time }),
      ),
      containerStatuses: listOf(containerStatus),
      initContainerStatuses: listOf(containerStatus),
      ephemeralContainerStatuses: listOf(containerStatus),
    })
    .nullish(),
})

export const nodeSchema = z.looseObject({
  metadata: metadata.extend({ name: required, uid: required, deletionTimestamp: time }),
  spec: z
    .looseObject({
      podCIDR: text,
      podCIDRs: listOf(text),
      providerID: text,
      unschedulable: flag,
      taints: listOf(z.looseObject({ key: required, value: text, effect: text, timeAdded: time })),
    })
    .nullish(),
  status: z
    .looseObject({
      capacity: quantities,
      allocatable: quantities,
      addresses: listOf(z.looseObject({ type: text, address: text })),
      nodeInfo: z
        .looseObject({ kubeletVersion: text, osImage: text, kernelVersion: text, containerRuntimeVersion: text })
        .nullish(),
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

const reference = z.looseObject({
  apiVersion: text,
  kind: text,
  namespace: text,
  name: text,
  uid: text.refine(isUid, reserved),
  resourceVersion: text,
  fieldPath: text,
})
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
  // kubernetes-event-exporter adds it.
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
