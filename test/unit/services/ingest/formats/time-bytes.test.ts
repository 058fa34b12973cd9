import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TimeReader } from '#ingest/formats/time-bytes.ts'

function rfc3339(text: string): string | false {
  const time = new TimeReader()
  const bytes = Buffer.from(text)
  return time.rfc3339(bytes, 0, bytes.length) && `${time.seconds}.${String(time.nanos).padStart(9, '0')}`
}

function epoch(text: string): string | false {
  const time = new TimeReader()
  const bytes = Buffer.from(`7${text}7`)
  return time.epoch(bytes, 1, bytes.length - 1) && `${time.seconds}.${String(time.nanos).padStart(9, '0')}`
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

const shown = (ns: bigint) => `${ns / 1_000_000_000n}.${String(ns % 1_000_000_000n).padStart(9, '0')}`
const units = [
  ['seconds', 9],
  ['ms', 6],
  ['µs', 3],
  ['ns', 0],
] as const

test.each(units)('a time from 1973 to the end of 64 bits in %s is taken for what it is, also with a fraction', (_, digits) => {
  const from = BigInt(Date.UTC(1973, 0)) * 1_000_000n
  fc.assert(
    fc.property(fc.bigInt({ min: from, max: 2n ** 63n - 1n }), (ns) => {
      const text = String(ns)
      const whole = text.slice(0, text.length - digits)
      const fraction = text.slice(text.length - digits)
      expect(epoch(whole)).toBe(shown(BigInt(whole + '0'.repeat(digits))))
      if (digits > 0) expect(epoch(`${whole}.${fraction}`)).toBe(shown(ns))
      expect(epoch(`${whole[0]}.${whole.slice(1)}${fraction}e${whole.length - 1}`)).toBe(shown(ns))
    }),
  )
})

test.each([
  ['1795428000123456789', '1795428000.123456789'],
  ['1732356000.123', '1732356000.123000000'],
  ['1732356000.1234567899', '1732356000.123456789'],
  ['1732356000123.5', '1732356000.123500000'],
  ['1.732356000123E+12', '1732356000.123000000'],
  ['17323560000000000000000e-13', '1732356000.000000000'],
  ['00001732356000', '1732356000.000000000'],
  ['9999999999', '9999999999.000000000'],
  ['10000000000', '10000000.000000000'],
  ['9999999999999', '9999999999.999000000'],
  ['10000000000000', '10000000.000000000'],
  ['9999999999999999', '9999999999.999999000'],
  ['10000000000000000', '10000000.000000000'],
  ['0', '0.000000000'],
  ['-0', '0.000000000'],
  ['0.000', '0.000000000'],
  ['0e99', '0.000000000'],
  ['0.25', '0.250000000'],
  ['1e-400', '0.000000000'],
  ['-1', '-1.000000000'],
  ['-0.25', '-1.750000000'],
  ['9223372036854775807', '9223372036.854775807'],
  ['12345678901234567890', 'Infinity.000000000'],
  ['-12345678901234567890', '-Infinity.000000000'],
  ['1e999', 'Infinity.000000000'],
  [`1e${'9'.repeat(400)}`, 'Infinity.000000000'],
])('reads %s since 1970', (text, expected) => {
  expect(epoch(text)).toBe(expected)
})

test.each(['', '-', '.', '.5', '5.', '+5', '1e', '1e+', '1.5.5', '1e5e5', '0x10', 'abc', '1795428000Z', ' 1795428000', 'NaN'])(
  'refuses %j as a number since 1970',
  (text) => {
    expect(epoch(text)).toBe(false)
  },
)
