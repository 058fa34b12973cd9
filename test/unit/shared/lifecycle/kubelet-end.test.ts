import { describe, expect, test } from 'vitest'
import { podInWords } from '#shared/lifecycle/explain-pod.ts'
import { lifeOutcomeOf } from '#shared/lifecycle/life-outcome.ts'
import { podOutcome } from '#shared/lifecycle/outcome.ts'
import { evidenceOf, type KubernetesObject } from '#test/support/kubernetes.ts'
import { both, deleted, ended, event, gone, lastState, pod, running, status, stored, told } from '#test/support/pod-shapes.ts'

type Change = (object: KubernetesObject) => void
const low = 'The node was low on resource: ephemeral-storage. Threshold quantity: 1Gi, available: 898240Ki. '
const shutdown = 'Pod was terminated in response to imminent node shutdown.'
const ends =
  (message: string, clock = '10:22:03'): Change =>
  (object) => {
    object['status'].conditions.push({
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'TerminationByKubelet',
      message,
      lastTransitionTime: `2026-11-23T${clock}Z`,
    })
  }
const inWords = (...objects: unknown[]): string => {
  const evidence = evidenceOf(...objects)
  return podInWords(podOutcome(evidence), { evidence, events: evidence.events, memoryLimits: {} })
}
const outcomeOf = (...objects: unknown[]) => podOutcome(evidenceOf(...objects))

describe('what the kubelet ended is told by its condition alone', () => {
  test.each([0, 1, 137, 143])('with exit code %i', (exitCode) => {
    const phase = exitCode === 0 ? 'Succeeded' : 'Failed'
    const object = pod(both(status(ended(exitCode, '10:22:10'), phase), ends(low)))
    expect(outcomeOf(object)).toMatchObject({
      outcome: 'evicted',
      reason: 'TerminationByKubelet',
      exitCode,
      diedAt: stored('10:22:10'),
      endAt: stored('10:22:03'),
    })
    expect(inWords(object)).toBe(
      `evicted by the kubelet at 10:22:03 UTC: the node was low on ephemeral-storage (threshold 1Gi, available 877Mi)${exitCode === 0 ? '; but the pod status says Succeeded' : ''}`,
    )
    expect(outcomeOf(gone(object)).outcome).toBe('evicted')
  })
  test('a shutdown of its node is the loss of the node, also once the pod is deleted', () => {
    const object = pod(both(status(ended(0, '10:22:10'), 'Failed'), ends(shutdown)))
    expect(outcomeOf(object).outcome).toBe('node-lost')
    expect(inWords(object)).toBe(
      'its node was shutting down at 10:22:03 UTC: Pod was terminated in response to imminent node shutdown',
    )
    expect(outcomeOf(gone(object)).outcome).toBe('node-lost')
    const removed = pod(both(status(ended(0, '10:22:10'), 'Failed'), ends(shutdown), deleted('10:40:00', 0)), 2)
    expect(outcomeOf(object, gone(removed)).outcome).toBe('node-lost')
  })
  test('room for a critical pod', () => {
    const message = 'Pod was preempted by Kubelet to accommodate a critical pod.'
    expect(inWords(pod(both(status(ended(143, '10:22:10'), 'Failed'), ends(message))))).toBe(
      'evicted by the kubelet at 10:22:03 UTC to make room for a critical pod: Pod was preempted by Kubelet to accommodate a critical pod',
    )
  })
  test('while its containers still run', () => {
    const object = pod(both(status(running('10:00:00')), ends(low)))
    expect(outcomeOf(object)).toMatchObject({ outcome: 'evicted', over: true, diedAt: stored('10:22:03') })
  })
  test('status.reason, where it is there, decides', () => {
    const object = pod(both(status(ended(137, '10:22:10'), 'Failed', { reason: 'Evicted', message: low }), ends('x')))
    expect(outcomeOf(object)).toMatchObject({ outcome: 'evicted', reason: 'Evicted' })
  })
  test('a pod that had done its work before completed, and the condition is told', () => {
    const object = pod(both(status(ended(0, '10:20:00'), 'Succeeded'), ends(low)))
    expect(outcomeOf(object).outcome).toBe('completed')
    expect(inWords(object)).toMatch(/^completed: app ended .*; but its condition DisruptionTarget says TerminationByKubelet: /)
  })
  test('a condition that is not true any more says nothing', () => {
    const object = pod(both(status(ended(1, '10:22:10'), 'Failed'), ends(low)))
    object['status'].conditions.at(-1).status = 'False'
    expect(outcomeOf(object).outcome).toBe('crashed')
  })
})

describe('an Event Evicted of the kubelet beside a pod that succeeded', () => {
  const evicted = (clock: string, component = 'kubelet') => event('Evicted', low, clock, '', component)
  const succeeded = pod(both(status(ended(0, '10:30:00'), 'Succeeded'), told('10:00:00')))
  test('is its end where its containers ended after it', () => {
    expect(outcomeOf(succeeded, evicted('10:29:58'))).toMatchObject({ outcome: 'evicted', exitCode: 0 })
    expect(inWords(succeeded, evicted('10:29:58'))).toMatch(
      /^evicted by the kubelet at 10:29:58 UTC: .*; but the pod status says Succeeded$/,
    )
  })
  test('contradicts it where they had ended before, or where another wrote it', () => {
    expect(outcomeOf(succeeded, evicted('10:30:02')).outcome).toBe('completed')
    expect(outcomeOf(succeeded, evicted('10:29:58', 'karpenter')).outcome).toBe('completed')
  })
})

describe('a pod that lives on after its node came back', () => {
  const ready =
    (clock: string, value = 'True'): Change =>
    (object) => {
      object['status'].conditions = [{ type: 'Ready', status: value, lastTransitionTime: `2026-11-23T${clock}Z` }]
    }
  const again = { restartCount: 1, ...running('10:40:00'), ...lastState(ended(0, '10:30:00')) }
  test.each(['Terminated', 'NodeShutdown', 'Shutdown', 'Evicted'])('runs, although its status still says %s', (reason) => {
    const object = pod(both(status(again, 'Running', { reason, message: shutdown }), ready('10:40:05')))
    expect(outcomeOf(object)).toMatchObject({ outcome: 'running', reason: '', message: '', diedAt: null, over: false })
    expect(inWords(object)).toBe(
      `it has not died; but its status still says ${reason} (Pod was terminated in response to imminent node shutdown), while app runs since 2026-11-23 10:40:00 UTC and is ready`,
    )
  })
  test.each([137, 143, 1])('has not crashed by exit code %i of the instance that the shutdown ended', (exitCode) => {
    const stopped = { restartCount: 1, ...running('10:40:00'), ...lastState(ended(exitCode, '10:30:00')) }
    const left = { reason: 'Terminated', message: shutdown }
    expect(outcomeOf(pod(both(status(stopped, 'Running', left), ready('10:40:05')))).outcome).toBe('running')
    expect(outcomeOf(pod(both(status(stopped), ready('10:40:05'), ends(shutdown, '10:29:00')))).outcome).toBe('running')
    expect(outcomeOf(pod(both(status(stopped), ready('10:40:05')))).outcome).toBe('crashed')
  })
  test('runs, although the condition of the kubelet is left over', () => {
    expect(outcomeOf(pod(both(status(again), ready('10:40:05'), ends(shutdown, '10:29:00')))).outcome).toBe('running')
    expect(outcomeOf(pod(both(status(again), ready('10:40:05'), ends(shutdown, '10:50:00')))).outcome).toBe('node-lost')
  })
  test('runs, although its runtime lost its state and counts from 0', () => {
    const of = (id: string, since: string, resourceVersion: number, ...more: Change[]) =>
      pod(
        both(status({ containerID: `containerd://${id}`, ...running(since) }, 'Running', { reason: 'Terminated' }), ...more),
        resourceVersion,
      )
    const [before, after] = [of('b1', '10:00:00', 1, ready('10:30:00', 'False')), of('b2', '10:40:00', 2, ready('10:40:05'))]
    expect(outcomeOf(before).outcome).toBe('node-lost')
    expect(outcomeOf(before, after).outcome).toBe('running')
    expect(outcomeOf(after, before).outcome).toBe('running')
  })
  test('was lost from sight only', () => {
    const lost = status(running('10:00:00'), 'Running', { reason: 'NodeLost' })
    expect(outcomeOf(pod(both(lost, ready('10:40:05')))).outcome).toBe('running')
    expect(outcomeOf(pod(both(lost, ready('10:40:05', 'False')))).outcome).toBe('node-lost')
    expect(outcomeOf(pod(both(lost, ready('10:40:05'), deleted()))).outcome).toBe('node-lost')
  })
  test.each([
    ['is not Ready', again, 'False', '10:40:05'],
    ['has been Ready since before', again, 'True', '10:20:00'],
    ['never started again', running('10:00:00'), 'True', '10:00:05'],
  ])('does not where it %s', (_, app, value, since) => {
    const object = pod(both(status(app, 'Running', { reason: 'Terminated', message: shutdown }), ready(since, value)))
    expect(outcomeOf(object).outcome).toBe('node-lost')
  })
  test('runs, although an object in between said that it had failed', () => {
    const failed = pod(
      both(status(ended(143, '10:30:00'), 'Failed', { reason: 'Terminated', message: shutdown }), told('10:30:00')),
      1,
    )
    const back = pod(both(status(again), ready('10:40:05')), 2)
    for (const objects of [
      [failed, back],
      [back, failed, back],
    ]) {
      const evidence = evidenceOf(...objects)
      expect(podOutcome(evidence)).toMatchObject({ outcome: 'running', diedAt: null, reason: '' })
    }
    const died = { restartCount: 1, containerID: 'containerd://bb', ...ended(3, '11:00:00') }
    died.state.terminated.startedAt = '2026-11-23T10:40:00Z'
    expect(outcomeOf(failed, pod(status(died, 'Running'), 3))).toMatchObject({ outcome: 'crashed', exitCode: 3 })
  })
  test('does not where a later status held only the reason of its end, and no times', () => {
    const bare = pod((object) => {
      object['metadata'].creationTimestamp = '2026-11-23T09:59:00Z'
      object['metadata'].managedFields = []
      object['status'] = { phase: 'Failed', reason: 'Evicted', message: low, startTime: '2026-11-23T10:00:00Z' }
    }, 3)
    const before = pod(status({ ...again, ...lastState(ended(1, '10:30:00')) }), 2)
    expect(outcomeOf(before, bare).outcome).toBe('evicted')
    expect(outcomeOf(pod(status(running('10:00:05')), 1), bare).outcome).toBe('evicted')
  })
  test('runs, although its status still says that a kubelet refused it', () => {
    const object = pod(both(status(running('10:00:00'), 'Running', { reason: 'NodeAffinity' }), ready('10:00:05')))
    expect(outcomeOf(object)).toMatchObject({ outcome: 'running', reason: '' })
    expect(inWords(object)).toBe('it has not died; but its status still says NodeAffinity')
  })
})

describe('an init container', () => {
  const initial = (state: object, ...changes: Change[]) =>
    pod((object) => {
      both(status({ state: { waiting: { reason: 'PodInitializing' } } }, 'Failed'), ...changes)(object)
      object['status'].initContainerStatuses = [{ name: 'migrate', restartCount: 0, ...state }]
    })
  test('that the kubelet ended with its pod has the outcome of the pod', () => {
    const evidence = evidenceOf(initial(ended(137, '10:22:10'), ends(low)))
    const verdict = podOutcome(evidence)
    expect(verdict).toMatchObject({ outcome: 'evicted', diedAt: stored('10:22:03') })
    expect(lifeOutcomeOf(evidence.lives[0]!, verdict, true)).toBe('evicted')
    const before = evidenceOf(initial(ended(0, '10:20:00'), ends(low)))
    expect(lifeOutcomeOf(before.lives[0]!, podOutcome(before), true)).toBe('completed')
  })
  test('of which containerd made up the end leaves that of its pod unknown', () => {
    expect(outcomeOf(initial(ended(255, '10:22:10', 'Unknown')))).toMatchObject({ outcome: 'unknown', exitCode: null })
  })
})
