import { describe, expect, test } from 'vitest'
import { lifeOutcomeOf } from '#shared/lifecycle/life-outcome.ts'
import { newestLives, podOutcome, type Evidence } from '#shared/lifecycle/outcome.ts'
import { evidenceOf, fixture, type KubernetesObject } from '#test/support/kubernetes.ts'

const at = (clock: string) => `2026-11-23T${clock}Z`
const stored = (clock: string) => `2026-11-23 ${clock}.000000000`

/** A pod `shop/p` with one container `app`, one uid. */
function pod(change: (pod: KubernetesObject) => void, resourceVersion = 1): KubernetesObject {
  return fixture('pod-replacement', (object) => {
    object['metadata'].uid = 'p'
    object['metadata'].resourceVersion = String(resourceVersion)
    change(object)
  })
}
const status =
  (app: object, phase = 'Running', more: object = {}) =>
  (object: KubernetesObject) => {
    object['status'].phase = phase
    Object.assign(object['status'], more)
    object['status'].containerStatuses = [{ name: 'app', restartCount: 0, ...app }]
  }
const running = (since = '10:00:00') => ({ state: { running: { startedAt: at(since) } } })
const ended = (exitCode: number, finished = '10:30:00', reason = exitCode === 0 ? 'Completed' : 'Error') => ({
  state: {
    terminated: { exitCode, reason, startedAt: at('10:00:00'), finishedAt: at(finished), containerID: 'containerd://aa' },
  },
})
const deleted =
  (clock = '10:30:00', grace = 30) =>
  (object: KubernetesObject) => {
    const [h, m, s] = clock.split(':').map(Number) as [number, number, number]
    object['metadata'].deletionTimestamp = new Date(Date.UTC(2026, 10, 23, h, m, s + grace)).toISOString()
    object['metadata'].deletionGracePeriodSeconds = grace
  }
const both =
  (...changes: ((object: KubernetesObject) => void)[]) =>
  (object: KubernetesObject) =>
    changes.forEach((change) => change(object))
const gone = (object: KubernetesObject) => ({ type: 'DELETED', object })
const disrupted = (reason: string) => (object: KubernetesObject) => {
  object['status'].conditions.push({
    type: 'DisruptionTarget',
    status: 'True',
    reason,
    message: `because of ${reason}`,
    lastTransitionTime: at('10:30:00'),
  })
}
let events = 0
const event = (reason: string, message: string, clock: string, container = 'app') => ({
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
})

const looping = { restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } }
const lastState = (of: { state: object }) => ({ lastState: of.state })

const cases: [string, Evidence, { outcome: string; reason?: string; exitCode?: number | null; diedAt?: string | null }][] = [
  // Fixtures: as a cluster told them.
  [
    'crash loop',
    evidenceOf(fixture('pod-crash-loop')),
    { outcome: 'crashed', reason: 'CrashLoopBackOff', exitCode: 1, diedAt: stored('10:06:00') },
  ],
  ['OOM killed, running again', evidenceOf(fixture('pod-oom-restarted')), { outcome: 'running', diedAt: null }],
  [
    'OOM killed over and over',
    evidenceOf(fixture('pod-oom-loop')),
    { outcome: 'oomkilled', reason: 'OOMKilled', exitCode: 137, diedAt: stored('10:03:20') },
  ],
  [
    'evicted for disk pressure',
    evidenceOf(fixture('pod-evicted-disk')),
    { outcome: 'evicted', reason: 'Evicted', exitCode: 137, diedAt: stored('10:10:04') },
  ],
  [
    'terminated by node shutdown',
    evidenceOf(fixture('pod-node-shutdown')),
    { outcome: 'node-lost', reason: 'Terminated', exitCode: 143 },
  ],
  ['completed Job', evidenceOf(fixture('pod-job-completed')), { outcome: 'completed', exitCode: 0, diedAt: stored('10:00:41') }],
  [
    'deleted while healthy',
    evidenceOf(fixture('watch-deleted-healthy')),
    { outcome: 'deleted', exitCode: 143, diedAt: stored('10:30:21') },
  ],
  ['static pod that was restarted', evidenceOf(fixture('pod-static')), { outcome: 'running' }],
  [
    'init container crash loop',
    evidenceOf(fixture('pod-init-failure')),
    { outcome: 'crashed', reason: 'CrashLoopBackOff', exitCode: 1 },
  ],
  ['preempted by the scheduler', evidenceOf(fixture('pod-preempted')), { outcome: 'evicted', reason: 'PreemptionByScheduler' }],
  [
    'drained by the eviction API, exits 0',
    evidenceOf(fixture('watch-evicted-api')),
    { outcome: 'evicted', reason: 'EvictionByEvictionAPI', exitCode: 0 },
  ],
  [
    'taint manager, reason of the taint unknown',
    evidenceOf(fixture('pod-taint-manager')),
    { outcome: 'evicted', reason: 'DeletionByTaintManager' },
  ],
  [
    'taint manager after the node went silent',
    evidenceOf(fixture('pod-taint-manager'), fixture('event-node-not-ready')),
    { outcome: 'node-lost', reason: 'NodeNotReady' },
  ],
  // Pod objects.
  ['runs', evidenceOf(pod(status(running()))), { outcome: 'running', diedAt: null, exitCode: null }],
  [
    'waits for its image',
    evidenceOf(pod(status({ state: { waiting: { reason: 'ImagePullBackOff' } } }, 'Pending'))),
    { outcome: 'running', reason: 'ImagePullBackOff' },
  ],
  ['crashed just now, back-off not yet begun', evidenceOf(pod(status(ended(2)))), { outcome: 'crashed', exitCode: 2 }],
  [
    'failed for good',
    evidenceOf(pod(status(ended(3), 'Failed'))),
    { outcome: 'crashed', exitCode: 3, diedAt: stored('10:30:00') },
  ],
  ['failed by OOM for good', evidenceOf(pod(status(ended(137, '10:30:00', 'OOMKilled'), 'Failed'))), { outcome: 'oomkilled' }],
  [
    'exits 0 in a crash loop',
    evidenceOf(pod(status({ ...looping, ...lastState(ended(0)) }))),
    { outcome: 'crashed', reason: 'CrashLoopBackOff', exitCode: 0 },
  ],
  [
    'deadline exceeded',
    evidenceOf(pod(status(ended(137), 'Failed', { reason: 'DeadlineExceeded' }))),
    { outcome: 'crashed', reason: 'DeadlineExceeded' },
  ],
  ['node lost', evidenceOf(pod(both(status(running(), 'Unknown', { reason: 'NodeLost' }), deleted()))), { outcome: 'node-lost' }],
  [
    'rejected by the kubelet',
    evidenceOf(pod(status({}, 'Failed', { reason: 'UnexpectedAdmissionError', message: 'Allocate failed' }))),
    { outcome: 'evicted', reason: 'UnexpectedAdmissionError' },
  ],
  [
    'rejected: node affinity',
    evidenceOf(pod(status({}, 'Failed', { reason: 'NodeAffinity', message: 'Pod was rejected' }))),
    { outcome: 'evicted', reason: 'NodeAffinity' },
  ],
  [
    'preempted by a critical pod',
    evidenceOf(pod(status(ended(143), 'Failed', { reason: 'Preempting' }))),
    { outcome: 'evicted', reason: 'Preempting' },
  ],
  [
    'garbage collected with its node',
    evidenceOf(gone(pod(both(status(running()), deleted('10:30:00', 0), disrupted('DeletionByPodGC'))))),
    { outcome: 'node-lost', reason: 'DeletionByPodGC' },
  ],
  [
    'status lost, failed',
    evidenceOf(pod(status(ended(137, '10:30:00', 'ContainerStatusUnknown'), 'Failed'))),
    { outcome: 'unknown', reason: 'ContainerStatusUnknown' },
  ],
  // Deletion, and what it must not hide.
  ['being deleted', evidenceOf(pod(both(status(running()), deleted()))), { outcome: 'deleted', diedAt: stored('10:30:00') }],
  [
    'deleted, killed after the grace period',
    evidenceOf(gone(pod(both(status(ended(137, '10:30:30'), 'Failed'), deleted())))),
    { outcome: 'deleted', exitCode: 137 },
  ],
  [
    'deleted, exits 1 on SIGTERM',
    evidenceOf(gone(pod(both(status(ended(1, '10:30:02'), 'Failed'), deleted())))),
    { outcome: 'deleted', exitCode: 1 },
  ],
  [
    'deleted, exits 0 on SIGTERM',
    evidenceOf(gone(pod(both(status(ended(0, '10:30:00'), 'Succeeded'), deleted())))),
    { outcome: 'deleted', exitCode: 0 },
  ],
  ['deleted by force, nobody said when', evidenceOf(gone(pod(status(running())))), { outcome: 'deleted' }],
  [
    'gone after SIGTERM, nobody said when',
    evidenceOf(gone(pod(status(ended(143), 'Failed')))),
    { outcome: 'deleted', exitCode: 143 },
  ],
  [
    'completed Job, later deleted',
    evidenceOf(gone(pod(both(status(ended(0, '10:30:00'), 'Succeeded'), deleted('11:30:00'))))),
    { outcome: 'completed', diedAt: stored('10:30:00') },
  ],
  [
    'failed Job, later deleted',
    evidenceOf(gone(pod(both(status(ended(1, '10:30:00'), 'Failed'), deleted('11:30:00'))))),
    { outcome: 'crashed', exitCode: 1 },
  ],
  [
    'crash loop, then deleted',
    evidenceOf(gone(pod(both(status({ ...looping, ...lastState(ended(1, '10:29:00')) }), deleted())))),
    { outcome: 'crashed', exitCode: 1 },
  ],
  [
    'exit 0 loop, then deleted',
    evidenceOf(gone(pod(both(status({ ...looping, ...lastState(ended(0, '10:29:00')) }), deleted())))),
    { outcome: 'crashed' },
  ],
  [
    'OOM during its deletion',
    evidenceOf(gone(pod(both(status(ended(137, '10:30:05', 'OOMKilled'), 'Failed'), deleted())))),
    { outcome: 'oomkilled' },
  ],
  [
    'evicted, later deleted',
    evidenceOf(gone(pod(both(status(ended(137, '10:00:09'), 'Failed', { reason: 'Evicted' }), deleted('11:00:00'))))),
    { outcome: 'evicted' },
  ],
  [
    'crash loop, drained',
    evidenceOf(
      gone(pod(both(status({ ...looping, ...lastState(ended(1, '10:20:00')) }), deleted(), disrupted('EvictionByEvictionAPI')))),
    ),
    { outcome: 'crashed' },
  ],
  // Events beside a Pod object that is older than they are.
  [
    'said to run, then evicted',
    evidenceOf(pod(status(running())), event('Evicted', 'The node was low on resource: memory.', '10:20:00', '')),
    { outcome: 'evicted', diedAt: stored('10:20:00') },
  ],
  [
    'said to run, then backing off',
    evidenceOf(pod(status(running())), event('BackOff', 'Back-off restarting failed container app in pod p', '10:20:00')),
    { outcome: 'crashed' },
  ],
  [
    'backed off, runs since',
    evidenceOf(pod(status(running('10:25:00'))), event('BackOff', 'Back-off restarting failed container', '10:20:00')),
    { outcome: 'running' },
  ],
  [
    'said to run, then stopped',
    evidenceOf(pod(status(running())), event('Killing', 'Stopping container app', '10:20:00')),
    { outcome: 'deleted', reason: 'Killing' },
  ],
  [
    'killed by its liveness probe, runs again',
    evidenceOf(
      pod(status({ restartCount: 1, ...running('10:20:31') })),
      event('Killing', 'Container app failed liveness probe, will be restarted', '10:20:00'),
    ),
    { outcome: 'running' },
  ],
  [
    'stopped by a changed sandbox, runs since',
    evidenceOf(pod(status({ restartCount: 1, ...running('10:20:31') })), event('Killing', 'Stopping container app', '10:20:00')),
    { outcome: 'running' },
  ],
  [
    'exit 137, and the kernel said why',
    evidenceOf(
      pod(status(ended(137), 'Failed')),
      event('OOMKilling', 'Memory cgroup out of memory: Killed process 7 (java)', '10:30:00', ''),
    ),
    { outcome: 'oomkilled' },
  ],
  [
    'node not ready for a while',
    evidenceOf(pod(status(running())), event('NodeNotReady', 'Node is not ready', '10:20:00', '')),
    { outcome: 'running' },
  ],
  [
    'deletion by the taint manager taken back',
    evidenceOf(pod(status(running())), event('TaintManagerEviction', 'Cancelling deletion of Pod shop/p', '10:20:00', '')),
    { outcome: 'running' },
  ],
  // Events alone.
  [
    'Event: Evicted',
    evidenceOf(event('Evicted', 'The node had condition: [DiskPressure]. ', '10:20:00', '')),
    { outcome: 'evicted', reason: 'Evicted', diedAt: stored('10:20:00') },
  ],
  [
    'Event: Preempted',
    evidenceOf(event('Preempted', 'Preempted by pod 5b0c on node node-4', '10:20:00', '')),
    { outcome: 'evicted' },
  ],
  [
    'Event: BackOff',
    evidenceOf(
      event('Started', 'Started container app', '10:19:00'),
      event('BackOff', 'Back-off restarting failed container', '10:20:00'),
    ),
    { outcome: 'crashed', reason: 'BackOff' },
  ],
  [
    'Event: BackOff, then Started',
    evidenceOf(
      event('BackOff', 'Back-off restarting failed container', '10:20:00'),
      event('Started', 'Started container app', '10:21:00'),
    ),
    { outcome: 'running' },
  ],
  ['Event: OOMKilling', evidenceOf(event('OOMKilling', 'Memory cgroup out of memory', '10:20:00', '')), { outcome: 'oomkilled' }],
  ['Event: Killing', evidenceOf(event('Killing', 'Stopping container app', '10:20:00')), { outcome: 'deleted' }],
  [
    'Events: NodeNotReady and TaintManagerEviction',
    evidenceOf(
      event('NodeNotReady', 'Node is not ready', '10:20:00', ''),
      event('TaintManagerEviction', 'Marking for deletion Pod shop/p', '10:25:00', ''),
    ),
    { outcome: 'node-lost' },
  ],
  ['Event: NodeNotReady', evidenceOf(event('NodeNotReady', 'Node is not ready', '10:20:00', '')), { outcome: 'node-lost' }],
  [
    'Event: NodeShutdown',
    evidenceOf(event('NodeShutdown', 'Pod was rejected as the node is shutting down.', '10:20:00', '')),
    { outcome: 'node-lost' },
  ],
  [
    'Events of a start only',
    evidenceOf(event('Scheduled', 'assigned', '10:00:00', ''), event('Started', 'Started container app', '10:00:02')),
    { outcome: 'running' },
  ],
  ['image back-off is no crash', evidenceOf(event('BackOff', 'Back-off pulling image "x"', '10:00:00')), { outcome: 'running' }],
  ['nothing at all', { pod: null, lives: [], events: [] }, { outcome: 'unknown', diedAt: null }],
  [
    'lines only',
    {
      pod: null,
      lives: [
        {
          container: 'app',
          kind: '',
          restart: 0,
          state: '',
          reason: '',
          message: '',
          exitCode: null,
          startedAt: null,
          finishedAt: null,
        },
      ],
      events: [],
    },
    { outcome: 'unknown' },
  ],
]

test.each(cases)('%s', (_, evidence, expected) => {
  expect(podOutcome(evidence)).toMatchObject(expected)
})

describe('pods of several containers', () => {
  const two = (app: object, proxy: object, phase: string) => (object: KubernetesObject) => {
    object['status'].phase = phase
    object['status'].containerStatuses = [
      { name: 'app', restartCount: 0, ...app },
      { name: 'proxy', restartCount: 0, ...proxy },
    ]
  }
  test.each([
    ['one completed, one runs', two(ended(0), running(), 'Running'), 'running'],
    ['one crash-loops, one runs', two({ ...looping, ...lastState(ended(1)) }, running(), 'Running'), 'crashed'],
    ['one failed, one completed later', two(ended(1, '10:30:00'), ended(0, '10:31:00'), 'Failed'), 'crashed'],
    [
      'one crash-loops, then the pod is deleted',
      both(two({ ...looping, ...lastState(ended(1, '10:20:00')) }, ended(143, '10:30:01'), 'Running'), deleted()),
      'crashed',
    ],
    [
      'one had completed, then the pod is deleted',
      both(two(ended(0, '10:20:00'), ended(143, '10:30:01'), 'Running'), deleted()),
      'deleted',
    ],
  ])('%s', (_, change, outcome) => expect(podOutcome(evidenceOf(pod(change))).outcome).toBe(outcome))

  test('a sidecar killed after the Job completed changes nothing', () => {
    const job = pod((object) => {
      status(ended(0, '10:30:00'), 'Succeeded')(object)
      object['spec'].initContainers = [{ name: 'proxy', restartPolicy: 'Always' }]
      object['status'].initContainerStatuses = [{ name: 'proxy', restartCount: 0, ...ended(137, '10:30:31') }]
    })
    expect(podOutcome(evidenceOf(job, event('Killing', 'Stopping container proxy', '10:30:00', 'proxy')))).toMatchObject({
      outcome: 'completed',
      exitCode: 0,
    })
  })
})

describe('lives of a pod', () => {
  const livesOf = (...objects: unknown[]) => {
    const evidence = evidenceOf(...objects)
    const verdict = podOutcome(evidence)
    const newest = new Set(newestLives(evidence.lives))
    return evidence.lives
      .toSorted((a, b) => a.restart! - b.restart!)
      .map((life) => [life.restart, lifeOutcomeOf(life, verdict, newest.has(life))])
  }
  test.each([
    ['a crash loop', [fixture('pod-crash-loop')], [[4, 'crashed']]],
    [
      'killed once, runs',
      [fixture('pod-oom-restarted')],
      [
        [1, 'oomkilled'],
        [2, 'running'],
      ],
    ],
    ['ended by a deletion', [fixture('watch-deleted-healthy')], [[0, 'deleted']]],
    ['ended by a drain with exit 0', [fixture('watch-evicted-api')], [[0, 'evicted']]],
    ['ended by an eviction', [fixture('pod-evicted-disk')], [[0, 'evicted']]],
    ['ended by a node shutdown', [fixture('pod-node-shutdown')], [[0, 'node-lost']]],
    [
      'last seen running, number 2 came and went unseen',
      [pod(status({ restartCount: 1, ...running() }), 1), pod(status({ restartCount: 3, ...running('11:00:00') }), 2)],
      [
        [1, 'unknown'],
        [3, 'running'],
      ],
    ],
    [
      'an early crash stays one',
      [
        gone(
          pod(
            both(status({ restartCount: 1, ...ended(143, '10:30:01'), ...lastState(ended(7, '09:00:00')) }, 'Failed'), deleted()),
          ),
        ),
      ],
      [
        [0, 'crashed'],
        [1, 'deleted'],
      ],
    ],
  ])('%s', (_, objects, expected) => expect(livesOf(...objects)).toEqual(expected))
})

test('the order in which facts arrive changes nothing', () => {
  const told = [
    pod(status(running()), 1),
    pod(status({ restartCount: 1, ...running('10:20:00'), ...lastState(ended(1, '10:19:00')) }), 5),
    gone(pod(both(status({ restartCount: 1, ...ended(143, '10:30:01') }, 'Failed'), deleted()), 9)),
  ]
  const expected = podOutcome(evidenceOf(...told))
  expect(expected.outcome).toBe('deleted')
  for (const order of [
    [2, 1, 0],
    [1, 2, 0],
    [0, 2, 1],
    [2, 0, 1, 0],
  ])
    expect(podOutcome(evidenceOf(...order.map((i) => told[i])))).toEqual(expected)
})
