// Numbers of instances that begin again, and one that never ran: reports of users, posted as they are, answered whole.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  at,
  askedBy,
  container,
  day,
  ended,
  item,
  lifeJson,
  ns,
  podJson,
  podOf,
  runs,
  seals,
  uidOf,
} from '#test/support/reported-pods.ts'
import { startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => (service = await startTestService()))
afterAll(async () => service[Symbol.asyncDispose]())
const { answerOf, get, logOf, say, tell } = askedBy(() => service.url)

describe('two instances with one restart count, after the runtime lost its state', () => {
  const path = (number: number, name: string) => `/var/log/pods/r_${name}_${uidOf(number)}/app/0.log`
  const of = (name: string, number: number, id: string, since: string, resourceVersion: string) =>
    podOf(
      name,
      number,
      { phase: 'Running', containerStatuses: [container(0, id, runs(since))] },
      { resourceVersion, created: '07:59:00' },
    )
  const both = (name: string, number: number) =>
    tell(of(name, number, 'b001', '08:00:00', '101'), of(name, number, 'b002', '10:00:00', '102'))
  const status = (clock: string) => item('container-status', clock, `app, life 0: running, started ${clock} UTC`)
  const expected = (name: string, number: number, [first, second]: readonly [object, object]) =>
    podJson(name, number, 'running', 'it has not died', {
      firstSeen: ns('07:59:00'),
      lastSeen: `${day}T10:00:00.500000000Z`,
      lines: 2,
      containers: [
        {
          name: 'app',
          lives: [
            lifeJson('b001', 'unknown', 'how app ended is not known', [status('08:00:00')], {
              startedAt: ns('08:00:00'),
              ...first,
            }),
            lifeJson('b002', 'running', `app runs since ${day} 10:00:00 UTC`, [status('10:00:00')], {
              startedAt: ns('10:00:00'),
              ...second,
            }),
          ],
        },
      ],
      evidence: [status('10:00:00'), item('pod-status', '10:00:00', 'phase Running')],
    })
  const spoke = (clock: string, bytes: number, seal: object) => {
    const time = `${day}T${clock}.500000000Z`
    return { lines: 1, bytes, firstLine: time, lastLine: time, seal }
  }
  const saidBoth = [spoke('08:00:00', 14, seals.ended('1 line')), spoke('10:00:00', 15, seals.running('1 line'))] as const
  const logsOf = async (name: string) => [await logOf(name, 'previous=true'), await logOf(name)]

  test('are two lives, each with its lines, by the times of the lines', async () => {
    await say([
      { path: path(15, 'c15'), file: 'x1', offset: 0, cri: `${day}T08:00:00.5Z stdout F first instance` },
      { path: path(15, 'c15'), file: 'x2', offset: 0, cri: `${day}T10:00:00.5Z stdout F second instance` },
    ])
    await both('c15', 15)
    expect(await answerOf(15)).toEqual(expected('c15', 15, saidBoth))
    const { pods } = await get('/v1/pods?namespace=r&name=c15')
    expect(pods).toMatchObject([{ lines: 2, containers: [{ lives: [{ lines: 1 }, { lines: 1 }] }] }])
    expect(await logsOf('c15')).toEqual(['first instance\n', 'second instance\n'])
    expect(await logOf('c15', 'container=app@0')).toBe('first instance\nsecond instance\n')
    const { lines } = await get(`/v1/pods/${uidOf(15)}/logs?life=-1`)
    expect(lines).toMatchObject([{ message: 'first instance', restart: 0 }])
  })
  test('also where both wrote one file', async () => {
    await say([
      { path: path(115, 'c15b'), file: 'x1', offset: 0, length: 54, cri: `${day}T08:00:00.5Z stdout F first instance` },
      { path: path(115, 'c15b'), file: 'x1', offset: 54, length: 55, cri: `${day}T10:00:00.5Z stdout F second instance` },
    ])
    await both('c15b', 115)
    expect(await answerOf(115)).toEqual(expected('c15b', 115, saidBoth))
    expect(await logsOf('c15b')).toEqual(['first instance\n', 'second instance\n'])
  })
  test('by the container ids of the lines, whatever their times', async () => {
    const line = (message: string, id: string) => ({
      time: `${day}T10:00:00.500000000Z`,
      namespace: 'r',
      pod: 'c15c',
      podUid: uidOf(215),
      container: 'app',
      restart: 0,
      containerId: `containerd://${id}`,
      message,
    })
    await say([line('first instance', 'b001'), line('second instance', 'b002')])
    await both('c15c', 215)
    const unsealed = { state: 'unsealed', lines: 1, gaps: [], text: 'unsealed: this agent sends no offsets' }
    expect(await answerOf(215)).toEqual(expected('c15c', 215, [spoke('10:00:00', 14, unsealed), spoke('10:00:00', 15, unsealed)]))
    expect(await logsOf('c15c')).toEqual(['first instance\n', 'second instance\n'])
  })
  test('and count on from there', async () => {
    await both('c15d', 315)
    const died = container(1, 'b003', runs('11:00:00'), ended('b002', 3, 'Error', '10:00:00', '10:59:00'))
    await tell(
      podOf('c15d', 315, { phase: 'Running', containerStatuses: [died] }, { resourceVersion: '103', created: '07:59:00' }),
    )
    const { containers, restarts, outcome } = (await answerOf(315)) as { containers: { lives: object[] }[] } & Record<
      string,
      unknown
    >
    expect({ restarts, outcome }).toEqual({ restarts: 1, outcome: 'crashed' })
    expect(containers[0]!.lives).toMatchObject([
      { restart: 0, containerId: 'b001', outcome: 'unknown' },
      { restart: 0, containerId: 'b002', outcome: 'crashed', exitCode: 3 },
      { restart: 1, containerId: 'b003', outcome: 'running' },
    ])
  })
})

test('ContainerStatusUnknown after an exit code was told', async () => {
  const made = { exitCode: 137, reason: 'ContainerStatusUnknown', startedAt: null, finishedAt: null }
  const message = 'Pod ephemeral local storage usage exceeds the total limit of containers 5Mi. '
  const spec = { restartPolicy: 'Never' }
  const exited = container(0, '28a', ended('28a', 6, 'Error', '09:00:05', '09:22:05'))
  const lost = container(
    1,
    '',
    { terminated: { ...made, message: 'The container could not be located when the pod was terminated' } },
    { terminated: made },
  )
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'TerminationByKubelet',
    message: 'x',
    lastTransitionTime: at('09:22:03'),
  }
  await tell(
    podOf('c28', 28, { phase: 'Running', containerStatuses: [exited] }, { spec }),
    podOf(
      'c28',
      28,
      { phase: 'Failed', reason: 'Evicted', message, conditions: [condition], containerStatuses: [lost] },
      { spec, resourceVersion: '101' },
    ),
  )
  const cause = 'evicted by the kubelet at 09:22:05 UTC: its containers together exceeded their ephemeral storage limits of 5Mi'
  const status = item(
    'container-status',
    '09:22:05',
    'app, life 0: terminated, Error, exit code 6, started 09:00:05 UTC, finished 09:22:05 UTC',
  )
  expect(await answerOf(28)).toEqual(
    podJson('c28', 28, 'evicted', cause, {
      reason: 'Evicted',
      message,
      exitCode: 6,
      lastSeen: ns('09:22:03'),
      diedAt: ns('09:22:05'),
      containers: [
        {
          name: 'app',
          lives: [
            lifeJson('28a', 'evicted', `app ended with exit code 6 at 09:22:05 UTC, with its pod: ${cause}`, [status], {
              startedAt: ns('09:00:05'),
              finishedAt: ns('09:22:05'),
              reason: 'Error',
              exitCode: 6,
            }),
          ],
        },
      ],
      evidence: [
        item('pod-status', '09:22:03', `phase Failed, Evicted, ${message.trim()}`),
        item('condition', '09:22:03', 'DisruptionTarget TerminationByKubelet: x'),
        status,
      ],
    }),
  )
})
