import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TimeReader } from '#ingest/formats/time-bytes.ts'

function rfc3339(text: string): string | false {
  const time = new TimeReader()
  const bytes = Buffer.from(text)
  return time.rfc3339(bytes, 0, bytes.length) && `${time.seconds}.${String(time.nanos).padStart(9, '0')}`
}

function epochNs(text: string): string | false {
  const time = new TimeReader()
  const bytes = Buffer.from(text)
  return time.epochNs(bytes, 0, bytes.length) && `${time.seconds}.${String(time.nanos).padStart(9, '0')}`
}

test('every time that JavaScript writes is read to the millisecond', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
      const ms = date.getTime()
      expect(rfc3339(date.toISOString())).toBe(
        `${Math.floor(ms / 1000)}.${String(((ms % 1000) + 1000) % 1000).padStart(3, '0')}000000`,
      )
    }),
  )
})

test.each([
  ['2026-11-23T10:00:00Z', '1795428000.000000000'],
  ['2026-11-23T10:00:00.123456789Z', '1795428000.123456789'],
  ['2026-11-23T10:00:00.1234567899Z', '1795428000.123456789'],
  ['2026-11-23T12:00:00.5+02:00', '1795428000.500000000'],
  ['2026-11-23T04:30:00.5-05:30', '1795428000.500000000'],
  ['1969-12-31T23:59:59.25Z', '-1.250000000'],
  ['2024-02-29T00:00:00Z', '1709164800.000000000'],
])('reads %s', (text, expected) => {
  expect(rfc3339(text)).toBe(expected)
})

test.each([
  '2026-11-23',
  '2026-11-23T10:00:00',
  '2026-13-23T10:00:00Z',
  '2026-02-29T10:00:00Z',
  '2026-11-23T25:00:00Z',
  '2026-11-23T10:00:00.Z',
  '2026-11-23T10:00:00+0200',
  '2026-11-23T10:00:00Zjunk',
  'yesterday',
  '',
  '1795428000',
  '2026-11-23T10:00:61Z',
])('refuses %j', (text) => {
  expect(rfc3339(text)).toBe(false)
})

test.each([
  ['1795428000123456789', '1795428000.123456789'],
  ['0', '0.000000000'],
  ['-1', '-1.999999999'],
  ['-1000000000', '-1.000000000'],
  ['999999999', '0.999999999'],
  ['9223372036854775807', '9223372036.854775807'],
])('reads %s ns since 1970', (text, expected) => {
  expect(epochNs(text)).toBe(expected)
})

test.each(['', '-', '1.5', '1e9', '12345678901234567890', 'abc'])('refuses %j as ns since 1970', (text) => {
  expect(epochNs(text)).toBe(false)
})
