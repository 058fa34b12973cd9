// Durations of Go and Prometheus.
import { expect, test } from 'vitest'
import { durationNs } from '#shared/time/duration-ns.ts'

test.each([
  ['1h30m', 5_400_000_000_000],
  ['-1.5s', -1_500_000_000],
  ['+.5ms', 500_000],
  ['1w1d', 691_200_000_000_000],
  ['3µs', 3000],
  ['0', 0],
])('%s', (text, ns) => {
  expect(durationNs(text)).toBe(ns)
})

test.each(['', '5', '1h30', 'm', '1 h', '--5m', '1e3s', '1h-5m'])('no duration: %j', (text) => {
  expect(durationNs(text)).toBeUndefined()
})
