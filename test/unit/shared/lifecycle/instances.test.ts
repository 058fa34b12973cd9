import { describe, expect, test } from 'vitest'
import { podOutcome } from '#shared/lifecycle/outcome.ts'
import { evidenceOf, type KubernetesObject } from '#test/support/kubernetes.ts'
import { both, deleted, pod, status } from '#test/support/pod-shapes.ts'

const at = (clock: string) => `2026-11-23T${clock}Z`
const runs = (id: string, restartCount: number, since: string) => ({
  restartCount,
  containerID: id === '' ? '' : `containerd://${id}`,
  state: { running: { startedAt: at(since) } },
})
const died = (id: string, exitCode: number, since: string, until: string) => ({
  terminated: { exitCode, reason: 'Error', containerID: `containerd://${id}`, startedAt: at(since), finishedAt: at(until) },
})
const lost = { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', startedAt: null, finishedAt: null } }
const waits = (reason: string) => ({ waiting: { reason } })

/**
 * Number, container id, state, exit code of each life of these objects; the same in whatever order and how often they
 * came.
 */
function livesOf(...objects: unknown[]): unknown[] {
  const lives = (some: readonly unknown[]) =>
    evidenceOf(...some).lives.map((life) => {
      const { restart, state, exitCode, containerId } = life as typeof life & { containerId: string }
      return [restart, containerId, state, exitCode]
    })
  const expected = lives(objects)
  for (const order of permutations(objects)) expect(lives([...order, ...order.slice(0, 1)])).toEqual(expected)
  return expected
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]]
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((others) => [item, ...others]))
}

describe('a number that several container ids had is as many lives', () => {
  test('after the runtime lost its state, in the order of their starts', () => {
    const objects = [pod(status(runs('b1', 0, '08:00:00')), 1), pod(status(runs('b2', 0, '10:00:00')), 2)]
    expect(livesOf(...objects)).toEqual([
      [0, 'b1', 'running', null],
      [0, 'b2', 'running', null],
    ])
  })
  test('where the count begins again below a higher number', () => {
    const objects = [
      pod(status({ ...runs('a5', 5, '08:00:00'), lastState: died('a4', 1, '07:00:00', '07:59:00') }), 1),
      pod(status(runs('b0', 0, '10:00:00')), 2),
      pod(status({ ...runs('b1', 1, '11:00:00'), lastState: died('b0', 3, '10:00:00', '10:59:00') }), 3),
    ]
    expect(livesOf(...objects)).toEqual([
      [4, 'a4', 'terminated', 1],
      [5, 'a5', 'running', null],
      [0, 'b0', 'terminated', 3],
      [1, 'b1', 'running', null],
    ])
    expect(podOutcome(evidenceOf(...objects))).toMatchObject({ outcome: 'crashed', exitCode: 3, diedAt: null })
  })
  test('where the status still remembers the instance before, which has no number there', () => {
    const object = pod(status({ ...runs('b2', 0, '10:00:00'), lastState: died('b1', 9, '08:00:00', '09:00:00') }))
    expect(livesOf(object)).toEqual([
      [0, 'b1', 'terminated', 9],
      [0, 'b2', 'running', null],
    ])
  })
  test.each(['initContainerStatuses', 'ephemeralContainerStatuses'])('also among the %s', (statuses) => {
    const of = (id: string, since: string, resourceVersion: number) =>
      pod((object: KubernetesObject) => {
        object['status'].containerStatuses = []
        object['status'][statuses] = [{ name: 'x', ...runs(id, 0, since) }]
      }, resourceVersion)
    expect(livesOf(of('b1', '08:00:00', 1), of('b2', '10:00:00', 2))).toHaveLength(2)
  })
  test('while a clock that stepped back under numbers that ascend changes nothing', () => {
    const objects = [
      pod(status(runs('a0', 0, '10:00:00')), 1),
      pod(status({ ...runs('a1', 1, '07:00:00'), lastState: died('a0', 1, '10:00:00', '10:30:00') }), 2),
    ]
    expect(livesOf(...objects).map((life) => (life as unknown[])[0])).toEqual([0, 1])
  })
  test('numbers that skip are no new count', () => {
    const objects = [
      pod(status(runs('a0', 0, '08:00:00')), 1),
      pod(status({ ...runs('a3', 3, '10:00:00'), lastState: died('a2', 1, '09:00:00', '09:59:00') }), 2),
    ]
    expect(livesOf(...objects).map((life) => (life as unknown[])[0])).toEqual([0, 2, 3])
  })
})

describe('an end that the kubelet made up', () => {
  const told = pod(status({ restartCount: 0, containerID: 'containerd://a0', state: died('a0', 6, '09:00:00', '09:22:00') }), 1)
  const ran = pod(status(runs('a0', 0, '09:00:00')), 1)
  const ended = pod(status({ restartCount: 1, state: lost, lastState: lost }, 'Failed', { reason: 'Evicted' }), 2)

  test('is no life beside the one whose exit code was told', () => {
    expect(livesOf(told, ended)).toEqual([[0, 'a0', 'terminated', 6]])
    expect(podOutcome(evidenceOf(told, ended))).toMatchObject({ outcome: 'evicted', exitCode: 6 })
  })
  test('is that of the life that ran, which keeps its start and its container id', () => {
    expect(livesOf(ran, ended)).toEqual([[0, 'a0', 'terminated', 137]])
    const [life] = evidenceOf(ran, ended).lives
    expect(life).toMatchObject({ startedAt: '2026-11-23 09:00:00.000000000', reason: 'ContainerStatusUnknown' })
    expect(podOutcome(evidenceOf(ran, ended))).toMatchObject({ outcome: 'evicted', exitCode: null })
  })
  test('is one life where nothing else was told of it', () => {
    expect(livesOf(ended)).toEqual([[0, '', 'terminated', 137]])
  })
  test('has the number of its status while the pod is being deleted, since nothing was counted in advance', () => {
    const deleting = pod(both(status({ restartCount: 0, state: lost, lastState: lost }, 'Failed'), deleted()), 2)
    expect(livesOf(ran, deleting)).toEqual([[0, 'a0', 'terminated', 137]])
  })
  test('that names its container is that instance, although the restart was counted in advance', () => {
    const counted = pod(status({ restartCount: 1, containerID: 'containerd://a0', state: lost }, 'Failed'), 2)
    expect(livesOf(ran, counted)).toEqual([[0, 'a0', 'terminated', 137]])
  })
  test('of a container that waited in CrashLoopBackOff hides nothing of its death', () => {
    const looped = pod(
      status(
        { restartCount: 3, containerID: 'containerd://a3', state: lost, lastState: died('a3', 2, '09:00:00', '09:01:00') },
        'Failed',
      ),
    )
    expect(livesOf(looped)).toEqual([[3, 'a3', 'terminated', 2]])
    expect(podOutcome(evidenceOf(looped))).toMatchObject({ outcome: 'crashed', exitCode: 2 })
  })
  test('in lastState, before the next instance runs, is the one before', () => {
    const again = pod(status({ ...runs('a1', 1, '10:00:00'), lastState: lost }), 3)
    expect(livesOf(ran, again)).toEqual([
      [0, 'a0', 'terminated', 137],
      [1, 'a1', 'running', null],
    ])
    const waiting = pod(status({ restartCount: 1, state: waits('ContainerCreating'), lastState: lost }), 2)
    expect(livesOf(told, waiting)).toEqual([[0, 'a0', 'terminated', 6]])
  })
})

describe('an end that the kubelet made up, which no lastState repeats', () => {
  const ran = (restart: number) => pod(status(runs(`a${restart}`, restart, '09:00:00')), 1)
  const made = (restartCount: number, ...changes: ((object: KubernetesObject) => void)[]) =>
    pod(both(status({ restartCount, state: lost }, 'Failed'), ...changes), 2)
  test('is that of the life before, since the restart was counted in advance', () => {
    expect(livesOf(ran(0), made(1))).toEqual([[0, 'a0', 'terminated', 137]])
    expect(livesOf(ran(2), made(3))).toEqual([[2, 'a2', 'terminated', 137]])
    expect(livesOf(made(0))).toEqual([[0, '', 'terminated', 137]])
  })
  test('is not where the pod is being deleted, or where it names its container', () => {
    expect(livesOf(ran(1), made(1, deleted()))).toEqual([[1, 'a1', 'terminated', 137]])
    const named = pod(status({ restartCount: 1, containerID: 'containerd://a1', state: lost }, 'Failed'), 2)
    expect(livesOf(ran(1), named)).toEqual([[1, 'a1', 'terminated', 137]])
  })
})

test('the epoch is no time: a container that could not be started has not started', () => {
  const never = {
    terminated: { exitCode: 128, reason: 'StartError', startedAt: '1970-01-01T00:00:00Z', finishedAt: at('10:00:00') },
  }
  const [life] = evidenceOf(pod(status({ restartCount: 0, containerID: 'containerd://a0', state: never }))).lives
  expect(life).toMatchObject({ startedAt: null, finishedAt: '2026-11-23 10:00:00.000000000' })
})
