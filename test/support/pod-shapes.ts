// Shapes of one pod `shop/p` with one container `app`, for tables of outcomes: what is the matter with it, and what
// Events say.
import { fixture, type KubernetesObject } from './kubernetes.ts'

const at = (clock: string) => `2026-11-23T${clock}Z`
export const stored = (clock: string) => `2026-11-23 ${clock}.000000000`

/** A pod `shop/p` with one container `app`, one uid. */
export function pod(change: (pod: KubernetesObject) => void, resourceVersion = 1): KubernetesObject {
  return fixture('pod-replacement', (object) => {
    object['metadata'].uid = 'p'
    object['metadata'].resourceVersion = String(resourceVersion)
    change(object)
  })
}
export const status =
  (app: object, phase = 'Running', more: object = {}) =>
  (object: KubernetesObject) => {
    object['status'].phase = phase
    Object.assign(object['status'], more)
    object['status'].containerStatuses = [{ name: 'app', restartCount: 0, ...app }]
  }
export const running = (since = '10:00:00') => ({ state: { running: { startedAt: at(since) } } })
export const ended = (exitCode: number, finished = '10:30:00', reason = exitCode === 0 ? 'Completed' : 'Error') => ({
  state: {
    terminated: { exitCode, reason, startedAt: at('10:00:00'), finishedAt: at(finished), containerID: 'containerd://aa' },
  },
})
export const deleted =
  (clock = '10:30:00', grace = 30) =>
  (object: KubernetesObject) => {
    const [h, m, s] = clock.split(':').map(Number) as [number, number, number]
    object['metadata'].deletionTimestamp = new Date(Date.UTC(2026, 10, 23, h, m, s + grace)).toISOString()
    object['metadata'].deletionGracePeriodSeconds = grace
  }
export const both =
  (...changes: ((object: KubernetesObject) => void)[]) =>
  (object: KubernetesObject) =>
    changes.forEach((change) => change(object))
export const gone = (object: KubernetesObject) => ({ type: 'DELETED', object })
export const disrupted = (reason: string) => (object: KubernetesObject) => {
  object['status'].conditions.push({
    type: 'DisruptionTarget',
    status: 'True',
    reason,
    message: `because of ${reason}`,
    lastTransitionTime: at('10:30:00'),
  })
}
/** Every time of the object but its containers'. */
export const told = (clock: string) => (object: KubernetesObject) => {
  const { metadata, status: of } = object
  metadata.creationTimestamp = at(clock)
  of.startTime = at(clock)
  for (const entry of metadata.managedFields ?? []) entry.time = at(clock)
  for (const condition of of.conditions) condition.lastTransitionTime = at(clock)
}
let events = 0
export const event = (reason: string, message: string, clock: string, container = 'app', component = '') => ({
  kind: 'Event',
  metadata: { uid: `e${events++}`, namespace: 'shop', name: 'e' },
  involvedObject: {
    kind: 'Pod',
    namespace: 'shop',
    name: 'p',
    uid: 'p',
    ...(container === '' ? {} : { fieldPath: `spec.containers{${container}}` }),
  },
  reason,
  message,
  lastTimestamp: at(clock),
  source: { component },
})

export const looping = { restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } }
export const lastState = (of: { state: object }) => ({ lastState: of.state })
