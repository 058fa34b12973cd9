// The data behind the examples of docs/api.md, at the times that they show. `moveTimes` brings a text of that day to a
// recent hour, by whole hours, so that buckets stay where they are and nothing is older than it is kept.

/** RFC 3339 times of the documented day, moved by `hours`. */
export function moveTimes(text: string, hours: number): string {
  return text.replace(/\b2026-11-23T\d\d:\d\d:\d\d(?=[.Z])/g, (time) =>
    new Date(Date.parse(`${time}Z`) + hours * 3_600_000).toISOString().slice(0, 19),
  )
}

/** Whole hours from the documented times to the hour before `nowMs`. */
export const hoursTo = (nowMs: number): number => Math.floor((nowMs - Date.parse('2026-11-23T10:10:00Z')) / 3_600_000)

const app = { namespace: 'shop', pod: 'cart-7d9f-x2x9k', podUid: '5b0c1d2e', container: 'app', labels: { app: 'cart' } }
const first = { ...app, restart: 0, file: '131907', containerId: 'containerd://c0ffee' }
const second = { ...app, restart: 1, file: '131908', containerId: 'containerd://decaf' }

export const lines = {
  cluster: 'prod-eu',
  node: 'node-7',
  agent: 'fluent-bit/4.0',
  records: [
    {
      ...first,
      time: '2026-11-23T10:00:00.123456789Z',
      stream: 'stdout',
      severity: 'info',
      message: 'listening on :8080',
      offset: 0,
      length: 66,
    },
    {
      ...first,
      time: '2026-11-23T10:01:10.000000000Z',
      stream: 'stdout',
      severity: 'info',
      message: 'GET /v1/cart 200',
      offset: 66,
      length: 64,
      attributes: { status: '200' },
    },
    {
      ...first,
      time: '2026-11-23T10:02:03.500000000Z',
      stream: 'stderr',
      severity: 'error',
      message: 'payment refused trace_id=abc',
      offset: 130,
      length: 76,
      traceId: 'abc',
      attributes: { status: '502' },
    },
    {
      ...first,
      time: '2026-11-23T10:02:04.000000001Z',
      stream: 'stderr',
      severity: 'fatal',
      message: 'java.lang.OutOfMemoryError: Java heap space',
      offset: 206,
      length: 90,
      eof: true,
    },
    {
      ...second,
      time: '2026-11-23T10:02:10.000000000Z',
      stream: 'stdout',
      severity: 'info',
      message: 'listening on :8080',
      offset: 0,
      length: 66,
    },
    {
      time: '2026-11-23T10:07:30.000000000Z',
      unit: 'kubelet.service',
      severity: 'warn',
      message: 'eviction manager: must evict pod(s) to reclaim ephemeral-storage',
    },
    // Rejected: a dead letter.
    { ...second, time: '2026-11-23T10:07:31.000000000Z', stream: 'stdin', message: 'typed' },
  ],
}

const owner = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'cart-7d9f', uid: '0d8c1f3e', controller: true }]
const running = (startedAt: string) => ({ running: { startedAt } })
const terminated = (exitCode: number, reason: string, startedAt: string, finishedAt: string, containerID: string) => ({
  terminated: { exitCode, reason, startedAt, finishedAt, containerID },
})

/** What Kubernetes said: the pod was evicted after its container had run out of memory once, and was replaced. */
export const objects = [
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'cart-7d9f-x2x9k',
      namespace: 'shop',
      uid: '5b0c1d2e',
      resourceVersion: '20',
      creationTimestamp: '2026-11-23T09:59:58Z',
      labels: { app: 'cart', 'pod-template-hash': '7d9f' },
      ownerReferences: owner,
    },
    spec: { nodeName: 'node-7', restartPolicy: 'Always', containers: [{ name: 'app', image: 'registry.example/cart:1.4' }] },
    status: {
      phase: 'Failed',
      reason: 'Evicted',
      message: 'The node was low on resource: ephemeral-storage.',
      podIP: '10.244.1.17',
      startTime: '2026-11-23T09:59:58Z',
      containerStatuses: [
        {
          name: 'app',
          restartCount: 1,
          image: 'registry.example/cart:1.4',
          imageID: 'registry.example/cart@sha256:1616161616161616161616161616161616161616161616161616161616161616',
          containerID: 'containerd://decaf',
          state: terminated(137, 'Error', '2026-11-23T10:02:09Z', '2026-11-23T10:07:31Z', 'containerd://decaf'),
          lastState: terminated(137, 'OOMKilled', '2026-11-23T10:00:00Z', '2026-11-23T10:02:04Z', 'containerd://c0ffee'),
        },
      ],
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'cart-7d9f-p4hjv',
      namespace: 'shop',
      uid: '6c1d2e3f',
      resourceVersion: '21',
      creationTimestamp: '2026-11-23T10:07:32Z',
      labels: { app: 'cart', 'pod-template-hash': '7d9f' },
      ownerReferences: owner,
    },
    spec: { nodeName: 'node-8', restartPolicy: 'Always', containers: [{ name: 'app', image: 'registry.example/cart:1.4' }] },
    status: {
      phase: 'Running',
      startTime: '2026-11-23T10:07:32Z',
      containerStatuses: [
        { name: 'app', restartCount: 0, containerID: 'containerd://f00d', state: running('2026-11-23T10:07:34Z') },
      ],
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'cart-7d9f-x2x9k.17a4', namespace: 'shop', uid: 'e1', creationTimestamp: '2026-11-23T10:07:30Z' },
    involvedObject: { kind: 'Pod', namespace: 'shop', name: 'cart-7d9f-x2x9k', uid: '5b0c1d2e' },
    type: 'Warning',
    reason: 'Evicted',
    message: 'The node was low on resource: ephemeral-storage.',
    count: 1,
    firstTimestamp: '2026-11-23T10:07:30Z',
    lastTimestamp: '2026-11-23T10:07:30Z',
    source: { component: 'kubelet', host: 'node-7' },
  },
  {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: 'node-8',
      uid: '8d2e3f40',
      resourceVersion: '22',
      creationTimestamp: '2026-11-23T08:00:00Z',
      labels: { 'topology.kubernetes.io/zone': 'a' },
    },
    status: {
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'KubeletReady',
          message: 'kubelet is posting ready status',
          lastTransitionTime: '2026-11-23T10:05:00Z',
        },
      ],
      addresses: [{ type: 'InternalIP', address: '10.0.0.8' }],
      nodeInfo: { kubeletVersion: 'v1.34.1', osImage: 'Debian GNU/Linux 13 (trixie)' },
    },
  },
]
