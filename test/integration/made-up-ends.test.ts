// Ends of containers that say nothing of themselves: reports of users, posted as they are, answered whole.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { day, askedBy, container, ended, item, lifeJson, ns, podJson, podOf, runs } from '#test/support/reported-pods.ts'
import { startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => (service = await startTestService()))
afterAll(async () => service[Symbol.asyncDispose]())
const { answerOf, tell } = askedBy(() => service.url)

describe('exit codes that containerd made up at a reboot', () => {
  const words =
    'app was gone when containerd looked for it at 09:39:00 UTC, as after a reboot of its node; how and when it ended is not known, and its exit code of 255 is made up'
  const status = item(
    'container-status',
    '09:39:00',
    'app, life 0: terminated, Unknown, exit code 255 (made up), started 09:00:05 UTC, finished 09:39:00 UTC',
  )
  const lost = (id: string) =>
    lifeJson(id, 'unknown', words, [status], { startedAt: ns('09:00:05'), finishedAt: ns('09:39:00'), reason: 'Unknown' })
  test('of a container that was started again', async () => {
    const app = container(1, '18b', runs('09:40:00'), ended('18a', 255, 'Unknown', '09:00:05', '09:39:00'))
    await tell(podOf('c18a', 18, { phase: 'Running', containerStatuses: [app] }))
    const running = item('container-status', '09:40:00', 'app, life 1: running, started 09:40:00 UTC')
    const again = lifeJson('18b', 'running', `app runs since ${day} 09:40:00 UTC`, [running], {
      restart: 1,
      startedAt: ns('09:40:00'),
    })
    expect(await answerOf(18)).toEqual(
      podJson('c18a', 18, 'running', 'it has not died', {
        lastSeen: ns('09:40:00'),
        restarts: 1,
        containers: [{ name: 'app', lives: [lost('18a'), again] }],
        evidence: [running, item('pod-status', '09:40:00', 'phase Running')],
      }),
    )
  })
  test('of one that was not', async () => {
    const app = container(0, '18c', ended('18c', 255, 'Unknown', '09:00:05', '09:39:00'))
    await tell(podOf('c18b', 118, { phase: 'Failed', containerStatuses: [app] }, { spec: { restartPolicy: 'Never' } }))
    expect(await answerOf(118)).toEqual(
      podJson('c18b', 118, 'unknown', words, {
        reason: 'Unknown',
        lastSeen: ns('09:39:00'),
        diedAt: ns('09:39:00'),
        containers: [{ name: 'app', lives: [lost('18c')] }],
        evidence: [status, item('pod-status', '09:39:00', 'phase Failed')],
      }),
    )
  })
})

describe("a Job's sidecar", () => {
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'j20', uid: 'c2', controller: true }
  const spec = { restartPolicy: 'Never', initContainers: [{ name: 'proxy', image: 'p', restartPolicy: 'Always' }] }
  const proxy = (state: object) => ({ ...container(0, '20a', state), name: 'proxy', image: 'p' })
  test('that was stopped with its pod completed as the pod did', async () => {
    await tell(
      podOf(
        'c20',
        20,
        {
          phase: 'Succeeded',
          initContainerStatuses: [proxy(ended('20a', 137, 'Error', '09:00:03', '09:30:31'))],
          containerStatuses: [container(0, '20b', ended('20b', 0, 'Completed', '09:00:05', '09:30:00'))],
        },
        { owner, spec },
      ),
    )
    const app = item(
      'container-status',
      '09:30:00',
      'app, life 0: terminated, Completed, exit code 0, started 09:00:05 UTC, finished 09:30:00 UTC',
    )
    const sidecar = item(
      'container-status',
      '09:30:31',
      'proxy, life 0: terminated, Error, exit code 137, SIGKILL, started 09:00:03 UTC, finished 09:30:31 UTC',
    )
    const cause = 'completed: app ended with exit code 0 at 09:30:00 UTC'
    expect(await answerOf(20)).toEqual(
      podJson('c20', 20, 'completed', cause, {
        owner: { kind: 'Job', name: 'j20' },
        reason: 'Completed',
        exitCode: 0,
        lastSeen: ns('09:30:31'),
        diedAt: ns('09:30:00'),
        containers: [
          {
            name: 'proxy',
            lives: [
              lifeJson(
                '20a',
                'completed',
                `sidecar proxy was killed by SIGKILL (exit code 137) at 09:30:31 UTC, with its pod: ${cause}`,
                [sidecar],
                {
                  startedAt: ns('09:00:03'),
                  finishedAt: ns('09:30:31'),
                  reason: 'Error',
                  exitCode: 137,
                  signal: 9,
                  kind: 'sidecar',
                  image: 'p',
                },
              ),
            ],
          },
          {
            name: 'app',
            lives: [
              lifeJson('20b', 'completed', 'app ended with exit code 0 at 09:30:00 UTC', [app], {
                startedAt: ns('09:00:05'),
                finishedAt: ns('09:30:00'),
                reason: 'Completed',
                exitCode: 0,
              }),
            ],
          },
        ],
        evidence: [app, item('pod-status', '09:30:31', 'phase Succeeded')],
      }),
    )
  })
})
