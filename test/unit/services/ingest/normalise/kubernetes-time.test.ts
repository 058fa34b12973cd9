import { expect, test } from 'vitest'
import { laterOf, parseKubernetesTime, secondsBefore } from '#ingest/normalise/kubernetes-time.ts'

test.each([
  ['2026-11-23T10:00:00Z', '2026-11-23 10:00:00.000000000'],
  ['2026-11-23T10:00:00.123456Z', '2026-11-23 10:00:00.123456000'],
  ['2026-11-23T10:00:00.123456789+02:00', '2026-11-23 08:00:00.123456789'],
  ['2026-11-23T10:00:00+0200', '2026-11-23 08:00:00.000000000'],
  ['0001-01-01T00:00:00Z', null],
  ['2026-02-31T10:00:00Z', undefined],
  ['1969-12-31T23:59:59Z', undefined],
  ['2300-01-01T00:00:00Z', undefined],
  ['now', undefined],
])('%s is read as %s', (text, expected) => expect(parseKubernetesTime(text)).toBe(expected))

test('times are compared and moved as text', () => {
  expect(laterOf('2026-11-23 10:00:00.000000000', null)).toBe('2026-11-23 10:00:00.000000000')
  expect(secondsBefore('2026-11-23 00:00:10.500000000', 30)).toBe('2026-11-22 23:59:40.500000000')
  expect(secondsBefore('1970-01-01 00:00:10.000000000', 1e9)).toBe('1970-01-01 00:00:00.000000000')
})
