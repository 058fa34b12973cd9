import { describe, expect, test } from 'vitest'
import { podOutcome, type Evidence } from '#shared/lifecycle/outcome.ts'
import { evidenceOf, fixture } from '#test/support/kubernetes.ts'
import {
  stored,
  pod,
  status,
  running,
  ended,
  deleted,
  both,
  gone,
  disrupted,
  looping,
  lastState,
} from '#test/support/pod-shapes.ts'

const cases: [string, Evidence, { outcome: string; reason?: string; exitCode?: number | null; diedAt?: string | null }][] = [
  // Fixtures: as a cluster told them.
  [
    'crash loop',
    evidenceOf(fixture('pod-crash-loop')),
    { outcome: 'crashed', reason: 'CrashLoopBackOff', exitCode: 1, diedAt: stored('10:06:00') },
  ],
  ['OOM killed, running again', evidenceOf(fixture('pod-oom-restarted')), { outcome: 'oomkilled', exitCode: 137, diedAt: null }],
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
  ['static pod that crashed and was restarted', evidenceOf(fixture('pod-static')), { outcome: 'crashed' }],
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
]

test.each(cases)('%s', (_, evidence, expected) => {
  expect(podOutcome(evidence)).toMatchObject(expected)
})

test('the request for deletion is remembered from an earlier object, when the last one only tells of the final delete', () => {
  const restarted = { restartCount: 2, ...ended(1, '10:30:29') }
  const asked = pod(both(status({ restartCount: 2, ...running() }), deleted('10:30:00', 30)), 5)
  const last = gone(pod(both(status(restarted, 'Failed'), deleted('10:32:00', 0)), 9))
  expect(podOutcome(evidenceOf(last)).outcome).toBe('crashed')
  expect(podOutcome(evidenceOf(last, asked))).toMatchObject({ outcome: 'deleted', exitCode: 1, endAt: stored('10:30:00') })
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

describe('a container that waits to be started again', () => {
  const waits = (reason: string, last: object) => ({ restartCount: 0, state: { waiting: { reason } }, ...last })
  const reasons = ['ContainerCreating', 'PodInitializing', 'ErrImagePull', 'ImagePullBackOff', 'CreateContainerError']
  test.each(reasons)('has not ended its pod by exit code 0, nor by an end that nobody saw: %s', (reason) => {
    const ends = [ended(0), ended(255, '10:30:00', 'Unknown'), ended(137, '10:30:00', 'ContainerStatusUnknown')]
    for (const end of ends) {
      const evidence = evidenceOf(pod(status(waits(reason, lastState(end)))))
      expect(podOutcome(evidence)).toMatchObject({ outcome: 'running', reason, diedAt: null, exitCode: null, over: false })
    }
  })
  test('has by an exit code that is an error, in a crash loop, or where the phase is over', () => {
    const of = (reason: string, end: { state: object }, phase = 'Running') =>
      podOutcome(evidenceOf(pod(status(waits(reason, lastState(end)), phase)))).outcome
    expect(of('ContainerCreating', ended(1))).toBe('crashed')
    expect(of('ContainerCreating', ended(137, '10:30:00', 'OOMKilled'))).toBe('oomkilled')
    expect(of('CrashLoopBackOff', ended(0))).toBe('crashed')
    expect(of('ContainerCreating', ended(0), 'Succeeded')).toBe('completed')
    expect(of('ContainerCreating', ended(255, '10:30:00', 'Unknown'), 'Failed')).toBe('unknown')
  })
  test('holds up the end of its pod beside one that has completed, unless it is a sidecar', () => {
    const beside = (list: string, name: string, more: object) =>
      pod((object) => {
        status(ended(0))(object)
        if (list === 'initContainerStatuses') object['spec'].initContainers = [{ name, restartPolicy: 'Always' }]
        object['status'][list] = [...(object['status'][list] ?? []), { name, restartCount: 0, ...more }]
      })
    const pulls = { state: { waiting: { reason: 'ImagePullBackOff' } } }
    expect(podOutcome(evidenceOf(beside('containerStatuses', 'other', pulls))).outcome).toBe('running')
    const sidecar = beside('initContainerStatuses', 'proxy', { ...pulls, ...lastState(ended(143)) })
    expect(podOutcome(evidenceOf(sidecar)).outcome).toBe('completed')
  })
})

describe('a pod did not die before a container of it started', () => {
  const ran = pod(status({ containerID: 'containerd://a1', ...running('10:00:05') }), 1)
  const bare = (more: object) =>
    pod((object) => {
      object['metadata'].managedFields = []
      object['metadata'].creationTimestamp = '2026-11-23T10:00:00Z'
      object['status'] = { phase: 'Failed', startTime: '2026-11-23T10:00:01Z', ...more }
    }, 2)
  const lost = { exitCode: 137, reason: 'ContainerStatusUnknown', startedAt: null, finishedAt: null }
  test.each([
    ['refused', { reason: 'UnexpectedAdmissionError', message: 'Pod was rejected: Allocate failed' }, 'evicted'],
    ['evicted', { reason: 'Evicted', message: 'x' }, 'evicted'],
    ['failed', {}, 'crashed'],
    ['lost', { containerStatuses: [{ name: 'app', restartCount: 1, state: { terminated: lost } }] }, 'unknown'],
  ])('where its status has no time but that of its start: %s', (_, more, outcome) => {
    for (const objects of [
      [ran, bare(more)],
      [bare(more), ran],
    ])
      expect(podOutcome(evidenceOf(...objects))).toMatchObject({ outcome, diedAt: stored('10:00:05') })
  })
})
