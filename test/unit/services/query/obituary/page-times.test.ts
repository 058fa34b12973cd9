import { expect, test } from 'vitest'
import { ago, clockOf, span, stamp } from '#query/obituary/page-times.ts'

const at = (clock: string): string => `2026-11-23T${clock}Z`

test('times are UTC, cut to ms as lines have them, and not rounded', () => {
  expect(stamp(at('00:03:26.577883000'))).toBe('2026-11-23 00:03:26.577 UTC')
  expect(stamp(at('23:59:59.999999999'))).toBe('2026-11-23 23:59:59.999 UTC')
  expect(stamp(at('00:03:26.000000000'))).toBe('2026-11-23 00:03:26 UTC')
  expect(clockOf(at('00:03:26.000900000'))).toBe('00:03:26')
  expect(stamp(null)).toBe('')
})

test.each([
  [-1, ''],
  [0, 'just now'],
  [59_999, '59 s ago'],
  [50 * 60_000, '50 min ago'],
  [119 * 60_000, '1 h ago'],
  [3 * 86_400_000, '3 d ago'],
])('%i ms after it, it was %j', (ms, words) => {
  expect(ago(at('10:00:00.000000000'), Date.parse('2026-11-23T10:00:00Z') + ms)).toBe(words)
})

test.each([
  ['10:00:00.000000000', '10:00:00.250000000', '250 ms'],
  ['10:00:00.000000000', '10:00:07.900000000', '7 s'],
  ['10:00:00.000000000', '10:10:34.000000000', '10 min 34 s'],
  ['10:00:00.000000000', '12:00:59.000000000', '2 h'],
  ['10:00:00.000000000', '11:49:00.000000000', '1 h 49 min'],
  ['10:00:01.000000000', '10:00:00.000000000', ''],
])('from %s to %s it lived %j', (from, to, words) => expect(span(at(from), at(to))).toBe(words))
