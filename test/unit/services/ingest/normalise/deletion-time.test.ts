import { describe, expect, test } from 'vitest'
import { decode, fixture, rowsOf } from '#test/support/kubernetes.ts'
import { both, deleted, disrupted, ended, gone, lastState, pod, running, status } from '#test/support/pod-shapes.ts'

const asked = (object: unknown) => String(rowsOf(decode(object), 'pods')[0]!['deleted_at']).slice(11, 19)
const never = (object: { spec?: { restartPolicy?: string } }) => Object.assign(object.spec!, { restartPolicy: 'Never' })
const final = (clock: string) => deleted(clock, 0)

test('within the grace period it is deletionTimestamp less that period', () => {
  expect(asked(fixture('pod-preempted'))).toBe('10:40:00')
  expect(asked(pod(both(status(running()), deleted('10:30:00', 3600))))).toBe('10:30:00')
})

describe('the final delete, which API servers date to its own moment, tells it by the containers that were stopped', () => {
  test.each([
    ['SIGTERM', both(status(ended(143, '10:30:21'), 'Failed'), final('10:30:23')), '10:30:21'],
    ['SIGKILL', both(status(ended(137, '10:30:30'), 'Failed'), final('10:30:33')), '10:30:30'],
    ['exit 0 of what would have been restarted', both(status(ended(0, '10:30:01'), 'Succeeded'), final('10:30:03')), '10:30:01'],
    ['exit 1 of what had never failed', both(status(ended(1, '10:30:01'), 'Failed'), final('10:30:03')), '10:30:01'],
    [
      'a condition that says who asked',
      both(status(ended(0, '10:30:02'), 'Succeeded'), final('10:30:04'), disrupted('EvictionByEvictionAPI')),
      '10:30:00',
    ],
    [
      'a crash loop is its own',
      both(status({ restartCount: 5, ...ended(1, '10:30:01'), ...lastState(ended(1, '10:29:00')) }), final('10:30:03')),
      '10:30:03',
    ],
    ['an OOM kill is its own', both(status(ended(137, '10:30:01', 'OOMKilled'), 'Failed'), final('10:30:03')), '10:30:03'],
    ['a Job that completed just before', both(status(ended(0, '10:30:01'), 'Succeeded'), never, final('10:30:03')), '10:30:03'],
    ['a container that was stopped long before', both(status(ended(143, '10:20:00'), 'Failed'), final('10:30:00')), '10:30:00'],
    ['deleted by force while it ran', both(status(running()), final('10:30:00')), '10:30:00'],
  ])('%s', (_, change, expected) => expect(asked(gone(pod(change)))).toBe(expected))
})

test('nobody asked', () => {
  expect(rowsOf(decode(pod(status(running()))), 'pods')[0]!['deleted_at']).toBeNull()
})
