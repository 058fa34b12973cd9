import { describe, expect, test } from 'vitest'
import { factVersion } from '#ingest/normalise/fact-version.ts'
import { peoplesOwner } from '#ingest/normalise/pod-facts.ts'
import { decode, fixture, rowsOf, type KubernetesObject } from '#test/support/kubernetes.ts'

const version = (value: unknown, table: 'pods' | 'lives' | 'events' = 'pods') =>
  BigInt(String(rowsOf(decode(value), table)[0]!['version']))
const at = (clock: string) => `2026-11-23T${clock}Z`

describe('numbers of container instances are those of their log files', () => {
  const lives = (change: object, name = 'pod-crash-loop') => {
    const value = fixture(name, (pod) => Object.assign(pod['status'].containerStatuses[0], change))
    return rowsOf(decode(value), 'lives').map(({ restart, state, container_id: id }) => [restart, state, String(id).slice(0, 2)])
  }
  const dead = (id: string, more: object = {}) => ({
    terminated: {
      exitCode: 1,
      reason: 'Error',
      startedAt: at('10:00:00'),
      finishedAt: at('10:01:00'),
      containerID: `containerd://${id}`,
      ...more,
    },
  })
  const lost = dead('', {
    reason: 'ContainerStatusUnknown',
    exitCode: 137,
    containerID: '',
    startedAt: null,
    finishedAt: null,
  })
  const run = { running: { startedAt: at('10:02:00') } }
  test.each([
    [
      'running for the first time',
      { restartCount: 0, state: run, lastState: {}, containerID: 'containerd://bb' },
      [[0, 'running', 'bb']],
    ],
    [
      'running after a restart',
      { restartCount: 3, state: run, lastState: dead('aa'), containerID: 'containerd://bb' },
      [
        [3, 'running', 'bb'],
        [2, 'terminated', 'aa'],
      ],
    ],
    [
      'dead, and dead before',
      { restartCount: 3, state: dead('bb'), lastState: dead('aa'), containerID: 'containerd://bb' },
      [
        [3, 'terminated', 'bb'],
        [2, 'terminated', 'aa'],
      ],
    ],
    [
      'CrashLoopBackOff: the dead one keeps its number',
      {
        restartCount: 3,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: dead('bb'),
        containerID: 'containerd://bb',
      },
      [[3, 'terminated', 'bb']],
    ],
    [
      'CrashLoopBackOff of the first instance',
      {
        restartCount: 0,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: dead('bb'),
        containerID: 'containerd://bb',
      },
      [[0, 'terminated', 'bb']],
    ],
    [
      'CrashLoopBackOff without container ids',
      {
        restartCount: 3,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: dead('', { containerID: '' }),
        containerID: '',
      },
      [[3, 'terminated', '']],
    ],
    [
      'waiting, and lastState is about an older container',
      {
        restartCount: 3,
        state: { waiting: { reason: 'CreateContainerError' } },
        lastState: dead('aa'),
        containerID: 'containerd://bb',
      },
      [[2, 'terminated', 'aa']],
    ],
    [
      'the runtime forgot it, lastState is carried over',
      { restartCount: 3, state: { waiting: { reason: 'ContainerCreating' } }, lastState: dead('aa'), containerID: '' },
      [[2, 'terminated', 'aa']],
    ],
    [
      'vanished, the restart is counted in advance',
      {
        restartCount: 3,
        state: { waiting: { reason: 'ContainerCreating' } },
        lastState: dead('', { reason: 'ContainerStatusUnknown', exitCode: 137, containerID: '' }),
        containerID: '',
      },
      [[2, 'terminated', '']],
    ],
    [
      'has not started yet',
      { restartCount: 0, state: { waiting: { reason: 'ContainerCreating' } }, lastState: {}, containerID: '' },
      [],
    ],
    ['no state at all', { restartCount: 0, state: null, lastState: null }, []],
    [
      'lost, and its pod terminated: one instance, although the restart was counted',
      { restartCount: 3, state: lost, lastState: lost, containerID: '' },
      [[2, 'terminated', '']],
    ],
    [
      'lost while it waited to be started again: the dead one keeps its number',
      { restartCount: 3, state: lost, lastState: dead('bb'), containerID: 'containerd://bb' },
      [[3, 'terminated', 'bb']],
    ],
    ['lost, and nothing before it', { restartCount: 0, state: lost, lastState: {}, containerID: '' }, [[0, 'terminated', '']]],
    [
      'counted from 0 again beside a memory of another instance',
      { restartCount: 0, state: run, lastState: dead('aa'), containerID: 'containerd://bb' },
      [
        [0, 'running', 'bb'],
        [0, 'terminated', 'aa'],
      ],
    ],
  ])('%s', (_, change, expected) => expect(lives(change)).toEqual(expected))

  test('a made-up end names no instance in the key, so that it replaces none', () => {
    const instanceOf = (state: object) => {
      const change = { restartCount: 0, state, lastState: {}, containerID: 'containerd://bb' }
      const value = fixture('pod-crash-loop', (pod) => Object.assign(pod['status'].containerStatuses[0], change))
      return rowsOf(decode(value), 'lives').map(({ instance, container_id: id }) => [instance, id])
    }
    expect(instanceOf(run)).toEqual([['bb', 'bb']])
    expect(instanceOf(lost)).toEqual([['', 'bb']])
  })

  test('init, sidecar and debug containers say what they are', () => {
    const value = fixture('pod-init-failure', (pod) => {
      pod['spec'].initContainers.push({ name: 'proxy', restartPolicy: 'Always' })
      pod['status'].initContainerStatuses.push({ name: 'proxy', restartCount: 0, state: run })
      pod['status'].ephemeralContainerStatuses = [{ name: 'debug', restartCount: 0, state: run }]
    })
    expect(rowsOf(decode(value), 'lives').map(({ container, kind }) => [container, kind])).toEqual([
      ['migrate', 'init'],
      ['proxy', 'sidecar'],
      ['debug', 'ephemeral'],
    ])
  })

  test('an image digest is only told of the instance that the status is about', () => {
    expect(
      rowsOf(decode(fixture('pod-oom-restarted')), 'lives').map(({ restart, image_id: id }) => [restart, id !== '']),
    ).toEqual([
      [2, true],
      [1, false],
    ])
  })

  test('Go’s zero time is no time', () => {
    const value = fixture('pod-crash-loop', (pod) =>
      Object.assign(pod['status'].containerStatuses[0].lastState.terminated, {
        startedAt: '0001-01-01T00:00:00Z',
        finishedAt: null,
      }),
    )
    expect(rowsOf(decode(value), 'lives')[0]).toMatchObject({ started_at: null, finished_at: null })
  })
})

describe('the owner that people name', () => {
  test.each([
    [
      'a Deployment, through its ReplicaSet',
      { kind: 'ReplicaSet', name: 'cart-7d9f8b6c5' },
      { 'pod-template-hash': '7d9f8b6c5' },
      'Deployment/cart',
    ],
    [
      'a Deployment with dashes',
      { kind: 'ReplicaSet', name: 'cart-api-v2-7d9f8b6c5' },
      { 'pod-template-hash': '7d9f8b6c5' },
      'Deployment/cart-api-v2',
    ],
    ['a ReplicaSet that stands alone', { kind: 'ReplicaSet', name: 'cart-7d9f8b6c5' }, {}, 'ReplicaSet/cart-7d9f8b6c5'],
    [
      'a ReplicaSet named like the hash',
      { kind: 'ReplicaSet', name: '-7d9f8b6c5' },
      { 'pod-template-hash': '7d9f8b6c5' },
      'ReplicaSet/-7d9f8b6c5',
    ],
    [
      'an Argo Rollout',
      { kind: 'ReplicaSet', name: 'cart-5f6b7c8d9' },
      { 'rollouts-pod-template-hash': '5f6b7c8d9' },
      'Rollout/cart',
    ],
    ['a Job of a CronJob', { kind: 'Job', name: 'invoice-29400000' }, {}, 'Job/invoice-29400000'],
    ['a StatefulSet', { kind: 'StatefulSet', name: 'web' }, {}, 'StatefulSet/web'],
  ])('%s', (_, controller, labels, expected) => {
    const { kind, name } = peoplesOwner(controller, labels)
    expect(`${kind}/${name}`).toBe(expected)
  })
})

describe('the newest fact has the highest version, whatever order they arrive in', () => {
  const pod = (change: (object: KubernetesObject) => void, resourceVersion: string | undefined) =>
    fixture('pod-replacement', (object) => {
      object['metadata'].resourceVersion = resourceVersion
      change(object)
    })
  const over = (object: KubernetesObject) => {
    object['status'].phase = 'Failed'
  }
  const deleting = (object: KubernetesObject) => {
    object['metadata'].deletionTimestamp = at('10:31:00')
  }
  test('by resourceVersion as a number, not as text', () => {
    expect(version(pod(() => {}, '1000'))).toBeGreaterThan(version(pod(() => {}, '999')))
  })
  test('by the times it tells where there is no resourceVersion', () => {
    const later = pod((object) => {
      object['status'].conditions[0].lastTransitionTime = at('11:00:00')
    }, undefined)
    expect(version(later)).toBeGreaterThan(version(pod(() => {}, undefined)))
  })
  test('what cannot be undone beats what came later', () => {
    const told = [
      pod(() => {}, '500'),
      pod(over, '400'),
      pod((object) => {
        over(object)
        deleting(object)
      }, '300'),
      { type: 'DELETED', object: pod(() => {}, '200') },
    ].map((value) => version(value))
    expect(told).toEqual(told.toSorted((a, b) => (a < b ? -1 : 1)))
  })
  test('a terminated life beats a running one, one of its own status a memory of it', () => {
    const ended = { terminated: { exitCode: 1, finishedAt: at('10:40:00') } }
    const life = (status: object, resourceVersion: string) =>
      version(
        pod((object) => Object.assign(object['status'].containerStatuses[0], { restartCount: 0, ...status }), resourceVersion),
        'lives',
      )
    expect(life({ state: ended }, '5')).toBeGreaterThan(life({}, '900'))
    const memory = BigInt(
      String(
        rowsOf(
          decode(
            pod((object) => Object.assign(object['status'].containerStatuses[0], { restartCount: 1, lastState: ended }), '900'),
          ),
          'lives',
        )[1]!['version'],
      ),
    )
    expect(life({ state: ended }, '5')).toBeGreaterThan(memory)
  })
  test('stays within 64 bits', () => {
    expect(BigInt(factVersion({ rank: 7, resourceVersion: '9'.repeat(18), newest: null }))).toBeLessThan(2n ** 64n)
    expect(factVersion({ rank: 0, resourceVersion: 'not-a-number', newest: null })).toBe('0')
  })
})

test('a static pod tells the uid of its log path', () => {
  expect(rowsOf(decode(fixture('pod-static')), 'pods')[0]).toMatchObject({
    mirror_uid: '0f3d2c1b4a59687f8e7d6c5b4a392817',
    owner_kind: 'Node',
  })
})

test('both Event APIs give the same columns', () => {
  expect(rowsOf(decode(fixture('event-v1-scheduled')), 'events')[0]).toMatchObject({
    reason: 'Scheduled',
    message: 'Successfully assigned shop/web-0 to node-8',
    involved_name: 'web-0',
    first_time: '2026-11-23 10:30:24.123456000',
    last_time: '2026-11-23 10:30:24.123456000',
    count: 1,
    component: 'default-scheduler',
    type: 'Normal',
  })
  expect(rowsOf(decode(fixture('event-backoff')), 'events')[0]).toMatchObject({
    count: 11,
    first_time: '2026-11-23 10:01:00.000000000',
    last_time: '2026-11-23 10:07:10.000000000',
    component: 'kubelet',
    host: 'node-7',
    field_path: 'spec.containers{app}',
  })
})
