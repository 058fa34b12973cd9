import { afterEach, describe, expect, test } from 'vitest'
import { ago, clockTimeMs, dayOf, duration, wholeTime, zoneName } from '#web/time/format.ts'

const time = '2026-12-01T23:59:59.999999999Z'
const zone = process.env['TZ']
afterEach(() => {
  process.env['TZ'] = zone
})

test('digits are cut, never rounded, and all of them are in the whole time', () => {
  expect(clockTimeMs(time, 'utc')).toBe('23:59:59.999')
  expect(wholeTime(time, 'utc')).toBe('2026-12-01 23:59:59.999999999 UTC')
  expect(clockTimeMs('2026-12-01T00:00:00Z', 'utc')).toBe('00:00:00.000')
})

test('the year stands where it is not this one', () => {
  expect(dayOf(time, 'utc', Date.parse('2026-01-01T00:00:00Z'))).toBe('1 Dec')
  expect(dayOf(time, 'utc', Date.parse('2027-01-01T00:00:00Z'))).toBe('1 Dec 2026')
  expect(dayOf('1970-01-01T00:00:00Z', 'utc', Date.now())).toBe('1 Jan 1970')
  expect(dayOf('2262-04-11T23:47:16.854775807Z', 'utc', Date.now())).toBe('11 Apr 2262')
})

describe('in the time of the browser', () => {
  test.each([
    ['Asia/Kolkata', '2026-12-02 05:29:59.999999999 UTC+05:30'],
    ['America/St_Johns', '2026-12-01 20:29:59.999999999 UTC−03:30'],
    ['UTC', '2026-12-01 23:59:59.999999999 UTC+00:00'],
  ])('%s', (name, whole) => {
    process.env['TZ'] = name
    expect(wholeTime(time, 'local')).toBe(whole)
    expect(zoneName('utc', 0)).toBe('UTC')
  })
})

test.each([
  [0, '0ms'],
  [999, '999ms'],
  [1000, '1s'],
  [61_000, '1m 1s'],
  [3_600_000, '1h'],
  [7_380_000, '2h 3m'],
  [90_000_000, '1d 1h'],
])('%d ms are %s', (ms, text) => {
  expect(duration(ms)).toBe(text)
})

test('a time ahead of the clock is now', () => {
  expect(ago(time, Date.parse('2026-12-01T00:00:00Z'))).toBe('now')
  expect(ago(time, Date.parse('2026-12-02T00:05:00Z'))).toBe('5m ago')
})
