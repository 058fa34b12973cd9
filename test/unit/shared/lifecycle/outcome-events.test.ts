import { expect, test } from 'vitest'
import { podOutcome, type Evidence } from '#shared/lifecycle/outcome.ts'
import { evidenceOf } from '#test/support/kubernetes.ts'
import { stored, pod, status, running, ended, event } from '#test/support/pod-shapes.ts'

const cases: [string, Evidence, { outcome: string; reason?: string; exitCode?: number | null; diedAt?: string | null }][] = [
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
