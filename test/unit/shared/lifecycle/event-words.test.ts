import { describe, expect, test } from 'vitest'
import { podOutcome } from '#shared/lifecycle/outcome.ts'
import { evidenceOf } from '#test/support/kubernetes.ts'
import {
  both,
  deleted,
  disrupted,
  ended,
  event,
  gone,
  lastState,
  pod,
  running,
  status,
  stored,
  told,
} from '#test/support/pod-shapes.ts'

const before = pod(both(status(running('10:00:00')), told('10:00:00')))

describe('Killing in the words of a deletion', () => {
  const killing = event('Killing', 'Stopping container app', '10:29:30', 'app', 'kubelet')
  test.each([143, 137, 1, 0])('is none of a pod whose object failed by exit code %i without one', (exitCode) => {
    for (const objects of [
      [pod(status(ended(exitCode), 'Failed')), killing],
      [killing, pod(status(ended(exitCode), 'Failed'))],
    ])
      expect(podOutcome(evidenceOf(...objects))).toMatchObject({ outcome: 'crashed', exitCode, endAt: null })
  })
  test('is none where an object from after it knows of none', () => {
    const restarts = { restartCount: 0, state: { waiting: { reason: 'ContainerCreating' } }, ...lastState(ended(137)) }
    expect(podOutcome(evidenceOf(pod(both(status(restarts), told('10:00:00'))), killing)).outcome).toBe('crashed')
    expect(podOutcome(evidenceOf(pod(status(ended(0, '10:30:00'), 'Succeeded')), killing)).outcome).toBe('completed')
  })
  test('is one where the object is older, was to be deleted, or says why', () => {
    const older = pod(both(status(running()), told('10:00:00')))
    expect(podOutcome(evidenceOf(older, killing)).outcome).toBe('deleted')
    const asked = pod(both(status(ended(143), 'Failed'), deleted('10:29:30')))
    expect(podOutcome(evidenceOf(asked, killing)).outcome).toBe('deleted')
    expect(podOutcome(evidenceOf(gone(pod(status(ended(143), 'Failed'))), killing)).outcome).toBe('deleted')
    const drained = pod(both(status(ended(143), 'Failed'), disrupted('EvictionByEvictionAPI')))
    expect(podOutcome(evidenceOf(drained, killing)).outcome).toBe('evicted')
  })
})

test.each(['initContainers', 'ephemeralContainers'])('Killing of one of spec.%s says nothing of the pod', (list) => {
  const stops = { ...event('Killing', 'Stopping container proxy', '10:20:00', 'proxy', 'kubelet') }
  stops.involvedObject.fieldPath = `spec.${list}{proxy}`
  expect(podOutcome(evidenceOf(event('Started', 'Started container app', '10:00:05'), stops)).outcome).toBe('running')
  expect(podOutcome(evidenceOf(stops)).outcome).toBe('unknown')
  const stopped = [stops, event('Killing', 'Stopping container app', '10:20:00', 'app', 'kubelet')]
  expect(podOutcome(evidenceOf(...stopped)).outcome).toBe('deleted')
})

describe('a deletion by the taint manager', () => {
  const of = (words: string, clock: string, component = 'taint-eviction-controller') =>
    event('TaintManagerEviction', `${words} deletion of Pod shop/p`, clock, '', component)
  const marking = (clock: string) => event('TaintManagerEviction', 'Marking for deletion Pod shop/p', clock, '')
  const started = event('Started', 'Started container app', '10:00:05')
  const notReady = event('NodeNotReady', 'Node is not ready', '10:20:00', '', 'node-controller')
  test('is taken back by a later Cancelling, with the node that was not ready before', () => {
    expect(podOutcome(evidenceOf(started, marking('10:25:00'), of('Cancelling', '10:26:00'))).outcome).toBe('running')
    expect(podOutcome(evidenceOf(of('Cancelling', '10:26:00'), marking('10:25:00'))).outcome).toBe('unknown')
    expect(podOutcome(evidenceOf(started, notReady, of('Cancelling', '10:26:00'))).outcome).toBe('running')
    expect(podOutcome(evidenceOf(before, notReady, marking('10:25:00'), of('Cancelling', '10:26:00'))).outcome).toBe('running')
  })
  test('is not by an earlier one, one of the same second, or one of an operator', () => {
    expect(podOutcome(evidenceOf(started, of('Cancelling', '10:24:00'), marking('10:25:00'))).outcome).toBe('evicted')
    expect(podOutcome(evidenceOf(started, marking('10:25:00'), of('Cancelling', '10:25:00'))).outcome).toBe('evicted')
    expect(podOutcome(evidenceOf(started, marking('10:25:00'), of('Cancelling', '10:26:00', 'my-operator'))).outcome).toBe(
      'evicted',
    )
  })
})

describe('an Event NodeNotReady of the node controller', () => {
  const notReady = (clock: string, component = 'node-controller') =>
    event('NodeNotReady', 'Node is not ready', clock, '', component)
  const lost = pod(both(status(ended(255, '10:39:00', 'Unknown'), 'Failed'), told('10:00:00')))
  const error = pod(both(status(ended(255, '10:39:00', 'Error'), 'Failed'), told('10:00:00')))
  const unknown = pod(both(status(ended(137, '10:39:00', 'ContainerStatusUnknown'), 'Failed'), told('10:00:00')))
  test.each([
    ['255 and Unknown', lost],
    ['255 and Error', error],
    ['ContainerStatusUnknown', unknown],
  ])('before an end of %s is the loss of the node', (_, object) => {
    expect(podOutcome(evidenceOf(object, notReady('10:20:00')))).toMatchObject({ outcome: 'node-lost', reason: 'NodeNotReady' })
    expect(podOutcome(evidenceOf(notReady('10:20:00'), object)).outcome).toBe('node-lost')
  })
  test('is none after that end, before the start, or of an operator', () => {
    expect(podOutcome(evidenceOf(lost, notReady('10:40:00'))).outcome).toBe('unknown')
    expect(podOutcome(evidenceOf(lost, notReady('09:59:00'))).outcome).toBe('unknown')
    expect(podOutcome(evidenceOf(lost, notReady('10:20:00', 'my-operator'))).outcome).toBe('unknown')
    expect(podOutcome(evidenceOf(error, notReady('10:40:00'))).outcome).toBe('crashed')
  })
  test('counts for nothing where the node told since that it was ready', () => {
    const ready = { what: 'Ready', status: 'True', since: stored('10:25:00'), reason: 'KubeletReady', message: '' }
    expect(podOutcome({ ...evidenceOf(lost, notReady('10:20:00')), node: [ready] }).outcome).toBe('unknown')
    const earlier = { ...ready, since: stored('10:10:00') }
    expect(podOutcome({ ...evidenceOf(lost, notReady('10:20:00')), node: [earlier] }).outcome).toBe('node-lost')
  })
  test.each([1, 137, 143, 0])('takes nothing from exit code %i, which somebody saw', (exitCode) => {
    const object = pod(both(status(ended(exitCode, '10:39:00'), 'Failed'), told('10:00:00')))
    expect(podOutcome(evidenceOf(object, notReady('10:20:00'))).outcome).toBe('crashed')
  })
})
