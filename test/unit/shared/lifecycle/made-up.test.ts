import { describe, expect, test } from 'vitest'
import { podInWords } from '#shared/lifecycle/explain-pod.ts'
import { exitCodeOf } from '#shared/lifecycle/made-up.ts'
import { podOutcome, type Evidence } from '#shared/lifecycle/outcome.ts'
import { evidenceOf } from '#test/support/kubernetes.ts'
import { both, deleted, gone, lastState, pod, running, status, stored } from '#test/support/pod-shapes.ts'

const wordsOf = (evidence: Evidence) => podInWords(podOutcome(evidence), { evidence, events: evidence.events, memoryLimits: {} })
const unknown = (finished = '10:30:00') => ({
  state: {
    terminated: {
      exitCode: 255,
      reason: 'Unknown',
      startedAt: '2026-11-23T10:00:00Z',
      finishedAt: `2026-11-23T${finished}Z`,
      containerID: 'containerd://aa',
    },
  },
})
const error = () => {
  const ended = unknown()
  return { state: { terminated: { ...ended.state.terminated, reason: 'Error' } } }
}
const nodeDown = (since: string) => ({
  what: 'Ready',
  status: 'Unknown',
  since,
  reason: 'NodeStatusUnknown',
  message: 'Kubelet stopped posting node status.',
})

test('only exit codes that somebody saw are exit codes', () => {
  expect(exitCodeOf({ reason: 'Error', exitCode: 255 })).toBe(255)
  expect(exitCodeOf({ reason: 'Unknown', exitCode: 255 })).toBeNull()
  expect(exitCodeOf({ reason: 'Unknown', exitCode: 3 })).toBe(3)
  expect(exitCodeOf({ reason: 'ContainerStatusUnknown', exitCode: 137 })).toBeNull()
})

describe('what containerd made up at a reboot', () => {
  test('is unknown where it is the end of the pod, and containerd is named', () => {
    const evidence = evidenceOf(pod(status(unknown(), 'Failed')))
    expect(podOutcome(evidence)).toMatchObject({ outcome: 'unknown', exitCode: null, diedAt: stored('10:30:00'), over: true })
    expect(wordsOf(evidence)).toBe(
      'app was gone when containerd looked for it at 10:30:00 UTC, as after a reboot of its node; how and when it ended is not known, and its exit code of 255 is made up',
    )
  })
  test('is no death that the pod had before it runs again', () => {
    const evidence = evidenceOf(pod(status({ restartCount: 1, ...running('10:40:00'), ...lastState(unknown()) })))
    expect(podOutcome(evidence)).toMatchObject({ outcome: 'running', diedAt: null, exitCode: null })
  })
  test('is the loss of the node where that was down by then', () => {
    const evidence = { ...evidenceOf(pod(status(unknown(), 'Failed'))), node: [nodeDown(stored('10:20:00'))] }
    expect(podOutcome(evidence)).toMatchObject({ outcome: 'node-lost', exitCode: null })
    expect(wordsOf(evidence)).toBe(
      'the node went down: kubelet stopped posting status 10:20:00 UTC; the pod was given up at 10:30:00 UTC',
    )
    const later = { ...evidence, node: [nodeDown(stored('10:31:00'))] }
    expect(podOutcome(later).outcome).toBe('unknown')
  })
  test('is the deletion where the pod was being deleted', () => {
    const evidence = evidenceOf(gone(pod(both(status(unknown('10:30:05'), 'Failed'), deleted()))))
    expect(podOutcome(evidence)).toMatchObject({ outcome: 'deleted', exitCode: null })
    expect(wordsOf(evidence)).toBe('deleted at 10:30:00 UTC while it ran; how app ended is not known')
  })
})

describe('255 and Error, which docker and CRI-O write then and programs return', () => {
  test('is a crash where nothing says that the node was down', () => {
    expect(podOutcome(evidenceOf(pod(status(error(), 'Failed'))))).toMatchObject({ outcome: 'crashed', exitCode: 255 })
  })
  test('is the loss of the node where that was down by then, and no crash of a pod that runs again', () => {
    const node = [nodeDown(stored('10:20:00'))]
    expect(podOutcome({ ...evidenceOf(pod(status(error(), 'Failed'))), node })).toMatchObject({ outcome: 'node-lost' })
    const again = evidenceOf(pod(status({ restartCount: 1, ...running('10:40:00'), ...lastState(error()) })))
    expect(podOutcome({ ...again, node })).toMatchObject({ outcome: 'running' })
  })
})
