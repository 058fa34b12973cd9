// Pods that were ended, or lived on, otherwise than their last status says: reports of users, posted as they are,
// answered whole.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  day,
  at,
  askedBy,
  container,
  ended,
  item,
  lifeJson,
  ns,
  podJson,
  podOf,
  runs,
  uidOf,
} from '#test/support/reported-pods.ts'
import { startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => (service = await startTestService()))
afterAll(async () => service[Symbol.asyncDispose]())
const { answerOf, get, tell } = askedBy(() => service.url)

describe('ended by the kubelet, told by a condition alone', () => {
  const low = 'The node was low on resource: ephemeral-storage. Threshold quantity: 1Gi, available: 898240Ki. '
  const shutdown = 'Pod was terminated in response to imminent node shutdown.'
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'istiod-b7', uid: 'c1', controller: true }
  const object = (name: string, number: number, phase: string, exitCode: number, message: string) =>
    podOf(
      name,
      number,
      {
        phase,
        startTime: at('09:00:01'),
        conditions: [
          {
            type: 'DisruptionTarget',
            status: 'True',
            reason: 'TerminationByKubelet',
            message,
            lastTransitionTime: at('09:22:03'),
          },
        ],
        containerStatuses: [container(0, `16${exitCode}`, ended(`16${exitCode}`, exitCode, 'x', '09:00:05', '09:22:10'))],
      },
      { owner, spec: { restartPolicy: 'Always' } },
    )
  const evicted = 'evicted by the kubelet at 09:22:03 UTC: the node was low on ephemeral-storage (threshold 1Gi, available 877Mi)'
  test.each([
    ['c16a', 16, 'Failed', 137, low, 'evicted', evicted, 'was killed by SIGKILL (exit code 137)', 'exit code 137, SIGKILL'],
    ['c16d', 316, 'Failed', 143, low, 'evicted', evicted, 'was killed by SIGTERM (exit code 143)', 'exit code 143, SIGTERM'],
    ['c16e', 416, 'Failed', 1, low, 'evicted', evicted, 'ended with exit code 1', 'exit code 1'],
    [
      'c16b',
      116,
      'Succeeded',
      0,
      low,
      'evicted',
      `${evicted}; but the pod status says Succeeded`,
      'ended with exit code 0',
      'exit code 0',
    ],
    [
      'c16c',
      216,
      'Failed',
      0,
      shutdown,
      'node-lost',
      'its node was shutting down at 09:22:03 UTC: Pod was terminated in response to imminent node shutdown',
      'ended with exit code 0',
      'exit code 0',
    ],
  ])('%s', async (name, number, phase, exitCode, message, outcome, cause, how, exit) => {
    await tell(object(name, number, phase, exitCode, message))
    const status = item(
      'container-status',
      '09:22:10',
      `app, life 0: terminated, x, ${exit}, started 09:00:05 UTC, finished 09:22:10 UTC`,
    )
    const answer = podJson(name, number, outcome, cause, {
      owner: { kind: 'ReplicaSet', name: 'istiod-b7' },
      reason: 'TerminationByKubelet',
      message,
      exitCode,
      lastSeen: ns('09:22:10'),
      diedAt: ns('09:22:10'),
      containers: [
        {
          name: 'app',
          lives: [
            lifeJson(`16${exitCode}`, outcome, `app ${how} at 09:22:10 UTC, with its pod: ${cause}`, [status], {
              startedAt: ns('09:00:05'),
              finishedAt: ns('09:22:10'),
              reason: 'x',
              exitCode,
              signal: exitCode > 128 ? exitCode - 128 : null,
            }),
          ],
        },
      ],
      evidence: [
        item('condition', '09:22:03', `DisruptionTarget TerminationByKubelet: ${message.trim()}`),
        status,
        item('pod-status', '09:22:10', `phase ${phase}`),
      ],
    })
    expect(await answerOf(number)).toEqual(answer)

    await tell({ type: 'DELETED', object: object(name, number, phase, exitCode, message) })
    expect(await answerOf(number)).toMatchObject({ outcome })
  })
  test('is listed by that outcome', async () => {
    const listed = async (outcome: string) => {
      const { pods } = (await get(`/v1/pods?namespace=r&outcome=${outcome}`)) as unknown as { pods: { name: string }[] }
      return pods
        .map(({ name }) => name)
        .filter((name) => name.startsWith('c16'))
        .toSorted()
    }
    expect([await listed('evicted'), await listed('node-lost')]).toEqual([['c16a', 'c16b', 'c16d', 'c16e'], ['c16c']])
  })
  test('an Event Evicted of the kubelet says it of a pod that succeeded', async () => {
    const status = {
      phase: 'Succeeded',
      containerStatuses: [container(0, '16f', ended('16f', 0, 'Completed', '09:00:05', '09:22:10'))],
    }
    await tell(podOf('c16f', 516, status), {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'c16f.1', namespace: 'r', uid: 'e16f' },
      involvedObject: { kind: 'Pod', namespace: 'r', name: 'c16f', uid: uidOf(516) },
      type: 'Warning',
      reason: 'Evicted',
      message: 'Pod ephemeral local storage usage exceeds the total limit of containers 5Mi. ',
      firstTimestamp: at('09:22:08'),
      lastTimestamp: at('09:22:08'),
      source: { component: 'kubelet', host: 'n1' },
    })
    expect(await answerOf(516)).toMatchObject({
      outcome: 'evicted',
      exitCode: 0,
      cause:
        'evicted by the kubelet at 09:22:08 UTC: its containers together exceeded their ephemeral storage limits of 5Mi; but the pod status says Succeeded',
    })
  })
})

test('a node that came back, and status.reason left over', async () => {
  const message = 'Pod was terminated in response to imminent node shutdown.'
  const app = container(1, '19b', runs('09:40:00'), ended('19a', 0, 'Completed', '09:00:05', '09:30:00'))
  const ready = { type: 'Ready', status: 'True', lastTransitionTime: at('09:40:05') }
  await tell(podOf('c19', 19, { phase: 'Running', reason: 'Terminated', message, conditions: [ready], containerStatuses: [app] }))
  const running = item('container-status', '09:40:00', 'app, life 1: running, started 09:40:00 UTC')
  const completed = item(
    'container-status',
    '09:30:00',
    'app, life 0: terminated, Completed, exit code 0, started 09:00:05 UTC, finished 09:30:00 UTC',
  )
  expect(await answerOf(19)).toEqual(
    podJson(
      'c19',
      19,
      'running',
      `it has not died; but its status still says Terminated (Pod was terminated in response to imminent node shutdown), while app runs since ${day} 09:40:00 UTC and is ready`,
      {
        lastSeen: ns('09:40:05'),
        restarts: 1,
        containers: [
          {
            name: 'app',
            lives: [
              lifeJson('19a', 'completed', 'app ended with exit code 0 at 09:30:00 UTC', [completed], {
                startedAt: ns('09:00:05'),
                finishedAt: ns('09:30:00'),
                reason: 'Completed',
                exitCode: 0,
              }),
              lifeJson('19b', 'running', `app runs since ${day} 09:40:00 UTC`, [running], {
                restart: 1,
                startedAt: ns('09:40:00'),
              }),
            ],
          },
        ],
        evidence: [running, item('pod-status', '09:40:05', `phase Running, Terminated, ${message}`)],
      },
    ),
  )
})
