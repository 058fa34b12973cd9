// Pods of a population as Kubernetes tells of them: Pod objects, their deletion, and Events. Pure.
import type { Life, Pod } from './population.ts'

const instant = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`

/** Watch events of all that happened to a pod, oldest first. */
export function objectsOf(pod: Pod): object[] {
  const { lives, ending, number } = pod
  const version = (step: number): number => 1_000_000 + number * 16 + step
  const told: object[] = []
  // An object tells of a container's newest life and of the one before it: every second one tells of all lives.
  for (let life = (lives.length - 1) % 2; life < lives.length - 1; life += 2)
    told.push({ type: 'MODIFIED', object: podObject(pod, lives.slice(0, life + 1), version(life), { isOver: false }) })
  const isGone = ending !== undefined && number % 10 !== 5
  told.push({ type: isGone ? 'DELETED' : 'MODIFIED', object: podObject(pod, lives, version(12), { isOver: true }) })
  told.push(eventOf(pod, pod.event, 'Scheduled', pod.bornMs))
  if (ending === 'deleted') told.push(eventOf(pod, pod.event.replace(/^.{6}/, 'e00001'), 'Killing', pod.endedMs! - 20_000))
  if (lives.length > 1) told.push(eventOf(pod, pod.event.replace(/^.{6}/, 'e00002'), 'BackOff', lives.at(-1)!.startedMs - 3000))
  return told
}

/** A Pod with the newest of `lives` as its state, the one before it as its last state. */
export function podObject(pod: Pod, lives: readonly Life[], resourceVersion: number, { isOver }: { isOver: boolean }): object {
  const { name, namespace, uid, app, tier, controller, isStatic, pathUid, node, ip, digest, bornMs } = pod
  const image = `registry.example/${app}:1.${pod.number % 9}`
  const last = lives.at(-1)!
  const ending = isOver ? pod.ending : undefined
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      uid,
      resourceVersion: String(resourceVersion),
      creationTimestamp: instant(bornMs),
      labels: { app, tier, 'pod-template-hash': controller.name.split('-').at(-1) },
      ...(isStatic ? { annotations: { 'kubernetes.io/config.mirror': pathUid, 'kubernetes.io/config.hash': pathUid } } : {}),
      ...(ending === 'deleted' ? { deletionTimestamp: instant(pod.endedMs! + 10_000), deletionGracePeriodSeconds: 30 } : {}),
      ownerReferences: [{ apiVersion: 'v1', ...controller, uid: pod.event, controller: true }],
    },
    spec: {
      nodeName: node,
      restartPolicy: controller.kind === 'Job' ? 'Never' : 'Always',
      containers: [
        {
          name: 'app',
          image,
          resources: { limits: { cpu: '1', memory: '512Mi' } },
          env: Array.from({ length: 12 }, (_, i) => ({ name: `SETTING_${i}`, value: `value ${i} of ${name}` })),
        },
      ],
    },
    status: {
      phase: phaseOf(ending),
      ...(ending === 'evicted' ? { reason: 'Evicted', message: 'The node was low on resource: memory.' } : {}),
      podIP: ip,
      podIPs: [{ ip }],
      startTime: instant(bornMs),
      conditions: [{ type: 'Ready', status: ending === undefined && last.endedMs === undefined ? 'True' : 'False' }].map(
        (condition) => ({ ...condition, lastTransitionTime: instant(last.endedMs ?? last.startedMs) }),
      ),
      containerStatuses: [
        {
          name: 'app',
          ready: last.endedMs === undefined,
          restartCount: last.restart,
          containerID: `containerd://${last.containerId}`,
          image,
          imageID: `registry.example/${app}@${digest}`,
          state: stateOf(last, ending),
          lastState: last.restart === 0 ? {} : stateOf(lives.at(-2)!, undefined),
        },
      ],
    },
  }
}

function phaseOf(ending: Pod['ending']): string {
  if (ending === undefined || ending === 'deleted') return 'Running'
  return ending === 'completed' ? 'Succeeded' : 'Failed'
}

const ends = {
  completed: { exitCode: 0, reason: 'Completed' },
  deleted: { exitCode: 143, reason: 'Error' },
  crashed: { exitCode: 1, reason: 'Error' },
  oomkilled: { exitCode: 137, reason: 'OOMKilled' },
  evicted: { exitCode: 137, reason: 'Error' },
}

function stateOf(life: Life, ending: Pod['ending']): object {
  const startedAt = instant(life.startedMs)
  if (life.endedMs === undefined) return { running: { startedAt } }
  const finishedAt = instant(life.endedMs)
  return { terminated: { ...ends[ending ?? 'crashed'], startedAt, finishedAt, containerID: `containerd://${life.containerId}` } }
}

function eventOf(pod: Pod, uid: string, reason: 'Scheduled' | 'Killing' | 'BackOff', ms: number): object {
  const messages = {
    Scheduled: `Successfully assigned ${pod.namespace}/${pod.name} to ${pod.node}`,
    Killing: 'Stopping container app',
    BackOff: `Back-off restarting failed container app in pod ${pod.name}`,
  }
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `${pod.name}.${uid.replaceAll('-', '').slice(0, 16)}`,
      namespace: pod.namespace,
      uid,
      resourceVersion: '1',
    },
    involvedObject: {
      kind: 'Pod',
      namespace: pod.namespace,
      name: pod.name,
      uid: pod.uid,
      ...(reason === 'Scheduled' ? {} : { fieldPath: 'spec.containers{app}' }),
    },
    reason,
    message: messages[reason],
    type: reason === 'BackOff' ? 'Warning' : 'Normal',
    count: 1,
    firstTimestamp: instant(ms),
    lastTimestamp: instant(ms),
    source: { component: reason === 'Scheduled' ? 'default-scheduler' : 'kubelet', host: pod.node },
  }
}
