import { expect, test } from 'vitest'
import { podOutcome, type Evidence } from '#shared/lifecycle/outcome.ts'
import { evidenceOf } from '#test/support/kubernetes.ts'
import { both, disrupted, ended, event, gone, pod, running, status, stored, told } from '#test/support/pod-shapes.ts'

const cases: [string, Evidence, { outcome: string; reason?: string; exitCode?: number | null; diedAt?: string | null }][] = [
  // Events beside a Pod object that is older than they are.
  [
    'said to run, then evicted',
    evidenceOf(
      pod(both(status(running()), told('10:00:00'))),
      event('Evicted', 'The node was low on resource: memory.', '10:20:00', ''),
    ),
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
    evidenceOf(pod(both(status(running()), told('10:00:00'))), event('Killing', 'Stopping container app', '10:20:00')),
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

const ends: [reason: string, message: string, component: string][] = [
  ['Evicted', 'The node was low on resource: memory.', 'kubelet'],
  ['Evicted', 'Evicted pod: Underutilized', 'karpenter'],
  ['Preempting', 'Preempted in order to admit critical pod', 'kubelet'],
  ['Preempted', 'Preempted by pod 5b0c on node node-4', 'default-scheduler'],
  ['Preempted', 'Preempted by pod 5b0c on node node-4', 'bin-packing'],
  ['Descheduled', 'pod evicted by sigs.k8s.io/descheduler', 'sigs.k8s.io/descheduler'],
  ['EvictedByVPA', 'Pod was evicted by VPA Updater to apply resource recommendation.', 'vpa-updater'],
  ['NodeShutdown', 'Pod was rejected as the node is shutting down.', 'kubelet'],
  ['Shutdown', 'Shutdown manager detected shutdown event', 'kubelet'],
  ['Terminated', 'Pod was terminated in response to imminent node shutdown.', 'kubelet'],
  ['NodeLost', 'Node node-7 which was running pod p is unresponsive', 'node-controller'],
  ['DeadlineExceeded', 'Pod was active on the node longer than the specified deadline', 'kubelet'],
]
const before = pod(both(status(running('10:00:00')), told('10:00:00')))

test.each(ends)(
  '%s (%s) of %s ends the pod, unless something started or it was Ready afterwards',
  (reason, message, component) => {
    const of = (clock: string) => event(reason, message, clock, '', component)
    expect(podOutcome(evidenceOf(before, of('10:20:00'))).outcome).not.toBe('running')
    expect(podOutcome(evidenceOf(of('10:20:00'))).outcome).not.toBe('unknown')
    expect(podOutcome(evidenceOf(of('10:20:00'), event('Started', 'Started container app', '10:21:00'))).outcome).toBe('running')
    const restarted = pod(both(status({ restartCount: 1, ...running('10:20:01') }), told('10:00:00')))
    expect(podOutcome(evidenceOf(restarted, of('10:20:00')))).toMatchObject({ outcome: 'running', diedAt: null })
    const well = pod(both(status(running('10:00:00')), told('10:20:01')))
    expect(podOutcome(evidenceOf(well, of('10:20:00')))).toMatchObject({ outcome: 'running', diedAt: null })
  },
)

test('an object that is newer, but not Ready, or about to go, outlives no Event', () => {
  const evicted = event('Evicted', 'The node was low on resource: memory.', '10:20:00', '', 'kubelet')
  const down = pod(
    both(status(running('10:00:00')), told('10:20:40'), (object) => {
      for (const condition of object['status'].conditions) condition.status = 'False'
    }),
  )
  expect(podOutcome(evidenceOf(down, evicted)).outcome).toBe('evicted')
  const marked = pod(both(status(running('10:00:00')), told('10:20:40'), disrupted('TerminationByKubelet')))
  expect(podOutcome(evidenceOf(marked, evicted)).outcome).toBe('evicted')
})

test('what started after an eviction died of its own, also once the pod is gone', () => {
  const evicted = event('Evicted', 'tried', '10:00:00', '', 'kubelet')
  const crashed = {
    restartCount: 1,
    state: {
      terminated: { exitCode: 3, reason: 'Error', startedAt: '2026-11-23T10:20:00Z', finishedAt: '2026-11-23T10:30:00Z' },
    },
  }
  expect(podOutcome(evidenceOf(gone(pod(both(status(crashed, 'Failed'), told('10:00:00')))), evicted))).toMatchObject({
    outcome: 'crashed',
    exitCode: 3,
  })
})

test.each([
  ['Evicted', 'tried'],
  ['Preempting', 'x'],
  ['Preempted', 'x'],
  ['Descheduled', 'x'],
  ['EvictedByVPA', 'x'],
  ['Shutdown', 'Connection pool shutdown for maintenance'],
  ['Terminated', 'Session terminated by user'],
  ['NodeShutdown', 'x'],
  ['NodeLost', 'x'],
  ['TaintManagerEviction', 'x'],
  ['DeadlineExceeded', 'request to payments: context deadline exceeded'],
  ['OOMKilled', 'worker of tenant x was OOMKilled'],
  ['CrashLoopBackOff', 'x'],
])('%s of an operator is its own word, and no end of a pod', (reason, message) => {
  expect(podOutcome(evidenceOf(before, event(reason, message, '10:20:00', '', 'my-operator')))).toMatchObject({
    outcome: 'running',
  })
})

test('a victim that the scheduler took back in its memory is scheduled again', () => {
  const back = event(
    'Preempted',
    'Preempted by pod 5b0c on node node-4 (in kube-scheduler memory).',
    '10:20:00',
    '',
    'default-scheduler',
  )
  expect(podOutcome(evidenceOf(event('Scheduled', 'assigned', '10:19:00', ''), back)).outcome).toBe('running')
})

test('the garbage collector of pods ends a pod before it deletes it', () => {
  const cleaned = pod(both(status(running('10:00:00'), 'Failed'), told('10:00:00'), disrupted('DeletionByPodGC')))
  expect(podOutcome(evidenceOf(cleaned))).toMatchObject({ outcome: 'node-lost', reason: 'DeletionByPodGC' })
})
