import { expect, test } from 'vitest'
import { humanDuration, since } from '#query/kubernetes/api/human-duration.ts'

// The table of k8s.io/apimachinery pkg/util/duration/duration_test.go, and what lies between.
const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
test.each([
  [-2 * second, '<invalid>'],
  [-1, '0s'],
  [0, '0s'],
  [second + 999, '1s'],
  [119 * second, '119s'],
  [2 * minute, '2m'],
  [2 * minute + 1 * second, '2m1s'],
  [10 * minute, '10m'],
  [10 * minute + 59 * second, '10m'],
  [3 * hour - 1, '179m'],
  [3 * hour, '3h'],
  [3 * hour + 25 * minute, '3h25m'],
  [47 * hour, '47h'],
  [49 * hour, '2d1h'],
  [8 * day, '8d'],
  [364 * day, '364d'],
  [2 * 365 * day, '2y'],
  [2 * 365 * day + day, '2y1d'],
  [8 * 365 * day + day, '8y'],
])('%i ms is %s', (ms, text) => {
  expect(humanDuration(ms)).toBe(text)
})

test('what nobody told is unknown', () => {
  expect(since(null, 0)).toBe('<unknown>')
  expect(since('2026-11-23T10:00:00.123456789Z', Date.UTC(2026, 10, 23, 10, 5, 1))).toBe('5m')
})
