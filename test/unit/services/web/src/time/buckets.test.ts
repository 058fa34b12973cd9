import { expect, test } from 'vitest'
import { endOfBuckets, stepMs } from '#web/time/buckets.ts'

test.each([
  ['30s', 30_000],
  ['500ms', 500],
  ['1h30m', 5_400_000],
  ['1d', 86_400_000],
  ['', 0],
])('a step of %j is %d ms', (step, ms) => {
  expect(stepMs(step)).toBe(ms)
})

test('the last bucket ends a step after it begins', () => {
  expect(endOfBuckets([{ time: '2026-12-01T00:00:00.000000000Z' }, { time: '2026-12-01T00:05:00.000000000Z' }], '5m')).toBe(
    '2026-12-01T00:10:00.000Z',
  )
})
