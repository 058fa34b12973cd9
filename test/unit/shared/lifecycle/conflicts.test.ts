import { expect, test } from 'vitest'
import { podInWords } from '#shared/lifecycle/explain-pod.ts'
import { podOutcome } from '#shared/lifecycle/outcome.ts'
import { evidenceOf } from '#test/support/kubernetes.ts'
import { both, disrupted, ended, event, pod, running, status, told } from '#test/support/pod-shapes.ts'

const oomAt = (clock: string, container = 'app') => event('OOMKilling', 'Killed process 1 (java)', clock, container)
const inWords = (...objects: unknown[]): string => {
  const evidence = evidenceOf(...objects)
  return podInWords(podOutcome(evidence), { evidence, events: evidence.events, memoryLimits: {} })
}

test('an Event of an OOM kill contradicts the status of the life that it falls into', () => {
  expect(inWords(pod(status(ended(1), 'Failed')), oomAt('10:29:59'))).toBe(
    'app ended with exit code 1 at 10:30:00 UTC; but the container status says exit code 1, an Event says OOMKilling at 10:29:59 UTC',
  )
})

test('one that is older than that life, or of another container, contradicts nothing', () => {
  const plain = 'app ended with exit code 1 at 10:30:00 UTC'
  expect(inWords(pod(status(ended(1), 'Failed')), oomAt('09:59:59'))).toBe(plain)
  expect(inWords(pod(status(ended(1), 'Failed')), oomAt('10:29:59', 'proxy'))).toBe(plain)
})

test('an Event that ends a pod whose object still says that it runs is contradicted by it', () => {
  const before = pod(both(status(running('10:00:00')), told('10:00:00')))
  const of = (reason: string, message: string, component = 'kubelet') =>
    inWords(before, event(reason, message, '10:20:00', '', component))
  expect(of('Evicted', 'The node was low on resource: memory. ')).toBe(
    'evicted by the kubelet at 10:20:00 UTC: the node was low on memory; but the pod status still says Running',
  )
  expect(of('DeadlineExceeded', 'Pod was active on the node longer than the specified deadline')).toBe(
    'stopped at 10:20:00 UTC, since it ran longer than its activeDeadlineSeconds (Pod was active on the node longer than the specified deadline); but the pod status still says Running',
  )
  expect(of('NodeLost', 'Node node-7 is unresponsive', 'node-controller')).toMatch(/; but the pod status still says Running$/)
  expect(inWords(before, event('Killing', 'Stopping container app', '10:20:00', 'app', 'kubelet'))).toMatch(
    /^deleted at 10:20:00 UTC while it ran.*; but the pod status still says Running$/,
  )
})

test('a pod that failed although its containers ended well is not said to have crashed', () => {
  expect(inWords(pod(status(ended(0), 'Failed')))).toBe(
    'it failed at 10:30:00 UTC, although all its containers ended with exit code 0',
  )
  expect(inWords(pod(status(ended(0), 'Failed', { reason: 'Odd', message: 'somebody said so.' })))).toBe(
    'it failed at 10:30:00 UTC (Odd: somebody said so), although all its containers ended with exit code 0',
  )
  expect(podOutcome(evidenceOf(pod(status(ended(0), 'Failed'))))).toMatchObject({ outcome: 'crashed', exitCode: 0, reason: '' })
})

test('a pod that succeeded with a container that did not is told so', () => {
  expect(inWords(pod(status(ended(1), 'Succeeded')))).toBe(
    'completed: app ended with exit code 1 at 10:30:00 UTC; but the pod status says Succeeded, the container status says that app ended with exit code 1 at 10:30:00 UTC',
  )
  expect(inWords(pod(status(ended(0), 'Succeeded')))).toBe('completed: app ended with exit code 0 at 10:30:00 UTC')
})

test('what contradicts a pod that succeeded is told in one sentence', () => {
  const two = pod((object) => {
    status(ended(1), 'Succeeded')(object)
    object['status'].containerStatuses.push({ name: 'other', restartCount: 0, ...ended(2, '10:20:00') })
  })
  const evicted = event('Evicted', 'The node was low on resource: memory. ', '10:31:00', '', 'kubelet')
  expect(inWords(two, evicted)).toMatch(
    /; but the pod status says Succeeded, the container status says that app ended with exit code 1 at 10:30:00 UTC, the container status says that other ended with exit code 2 at 10:20:00 UTC, an Event says Evicted at 10:31:00 UTC$/,
  )
  expect(inWords(pod(status(ended(137, '10:30:00', 'OOMKilled'), 'Succeeded')))).toMatch(
    /; but the pod status says Succeeded, the container status says that app was OOM-killed with exit code 137, SIGKILL at 10:30:00 UTC$/,
  )
  const reason = { reason: 'Evicted', message: 'The node was low on resource: memory. ' }
  const forced = inWords(pod(status(ended(1), 'Succeeded', reason)))
  expect(forced.match(/the pod status says Succeeded/g)).toHaveLength(1)
  expect(forced).toMatch(/, the container status says that app ended with exit code 1 at 10:30:00 UTC$/)
})

test.each([
  ['PreemptionByScheduler', 'the scheduler preempts it to make room for a pod of higher priority'],
  ['EvictionByEvictionAPI', 'it is evicted through the eviction API, as a drain of its node does'],
  ['DeletionByTaintManager', 'it is deleted, since it does not tolerate a NoExecute taint of its node'],
  ['OfTomorrow', 'because of OfTomorrow'],
])('a condition DisruptionTarget %s that no deletion followed is told', (reason, meaning) => {
  const words = `; but its condition DisruptionTarget says ${reason}: ${meaning}; no deletion was reported`
  expect(inWords(pod(both(status(ended(143), 'Failed'), disrupted(reason))))).toBe(
    `app was killed by SIGTERM (exit code 143) at 10:30:00 UTC${words}`,
  )
  expect(inWords(pod(both(status(running()), disrupted(reason))))).toBe(`it has not died${words}`)
  expect(inWords(pod(both(status(ended(0), 'Succeeded'), disrupted(reason))))).toBe(
    `completed: app ended with exit code 0 at 10:30:00 UTC${words}`,
  )
})
