import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDuration, parseTime } from '#shared/time/parse-time.ts'
import { formatTime } from '#shared/time/format-time.ts'

const now = 1_795_428_000_000_000_000n
const read = (text: string): bigint | undefined => parseTime(text, now)

describe('a time', () => {
  test('is an epoch by its magnitude, with a fraction where it has one', () => {
    expect(read('1795428000')).toBe(now)
    expect(read('1795428000.5')).toBe(now + 500_000_000n)
    expect(read('9223372036')).toBe(9_223_372_036_000_000_000n)
    expect(read('1795428000000')).toBe(now)
    expect(read('1795428000000000')).toBe(now)
    expect(read('1795428000000000000')).toBe(now)
    expect(read('0')).toBe(0n)
  })

  test('is relative to now', () => {
    expect(read('now')).toBe(now)
    expect(read('-15m')).toBe(now - 900_000_000_000n)
    expect(read('-1h30m')).toBe(now - 5_400_000_000_000n)
    expect(read('now-1d')).toBe(now - 86_400_000_000_000n)
    expect(read('+1s')).toBe(now + 1_000_000_000n)
  })

  test('is RFC 3339 with any offset and up to nine digits, and comes back as it went out', () => {
    expect(read('2026-11-23T10:00:00Z')).toBe(now)
    expect(read('2026-11-23T11:00:00.000000001+01:00')).toBe(now + 1n)
    expect(read('9999-12-31T23:59:59Z')).toBe(2n ** 63n - 1n)
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 9_000_000_000_000_000_000n }), (ns) => read(formatTime(ns)) === ns))
  })

  test.each([
    '',
    'yesterday',
    '-',
    '15m',
    '-15',
    '2026-11-23',
    '2026-02-30T00:00:00Z',
    '2026-11-23T25:00:00Z',
    '1e9',
    '-5',
    ' 1',
    'now-',
  ])('is not %j', (text) => {
    expect(read(text)).toBeUndefined()
  })
})

test('a duration is one or more amounts with units, and not zero', () => {
  expect(parseDuration('5m')).toBe(300_000_000_000n)
  expect(parseDuration('1h30m')).toBe(5_400_000_000_000n)
  for (const text of ['', '5', '0s', 'm', '-5m', '5 m', '99999999999999d']) expect(parseDuration(text)).toBeUndefined()
})
