import { expect, test } from 'vitest'
import { podInWords } from '#shared/lifecycle/explain-pod.ts'
import { podOutcome } from '#shared/lifecycle/outcome.ts'
import { evidenceOf } from '#test/support/kubernetes.ts'
import { ended, event, pod, status } from '#test/support/pod-shapes.ts'

const oomAt = (clock: string, container = 'app') => event('OOMKilling', 'Killed process 1 (java)', clock, container)
const inWords = (...objects: unknown[]): string => {
  const evidence = evidenceOf(...objects)
  return podInWords(podOutcome(evidence), { evidence, events: evidence.events, memoryLimits: {} })
}

test('an Event of an OOM kill contradicts the status of the life that it falls into', () => {
  expect(inWords(pod(status(ended(1), 'Failed')), oomAt('10:29:59'))).toBe(
    'app ended with exit code 1 at 10:30:00; but the container status says exit code 1, an Event says OOMKilling at 10:29:59',
  )
})

test('one that is older than that life, or of another container, contradicts nothing', () => {
  const plain = 'app ended with exit code 1 at 10:30:00'
  expect(inWords(pod(status(ended(1), 'Failed')), oomAt('09:59:59'))).toBe(plain)
  expect(inWords(pod(status(ended(1), 'Failed')), oomAt('10:29:59', 'proxy'))).toBe(plain)
})
