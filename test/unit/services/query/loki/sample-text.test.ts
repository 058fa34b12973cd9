// Numbers are written in full: a client that reads decimal numbers reads the same value.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sampleText, sampleTime } from '#query/loki/sample-text.ts'

test.each([
  [0, '0'],
  [-0, '-0'],
  [2, '2'],
  [1267.1266666666666, '1267.1266666666666'],
  [1e21, '1000000000000000000000'],
  [-1.5e25, '-15000000000000000000000000'],
  [1.25e-7, '0.000000125'],
  [-5e-324, `-0.${'0'.repeat(323)}5`],
  [Number.NaN, 'NaN'],
  [Infinity, '+Inf'],
  [-Infinity, '-Inf'],
])('%d is %s', (value, text) => {
  expect(sampleText(value)).toBe(text)
})

test('a number comes back as it was', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(sampleText(value)).toMatch(/^-?\d+(\.\d+)?$/)
      expect(Number(sampleText(value))).toBe(value)
    }),
  )
})

test('times are seconds, to the ms', () => {
  expect([sampleTime(1_795_428_000_000_000_000n), sampleTime(1_795_428_000_123_500_000n)]).toEqual([
    1_795_428_000, 1_795_428_000.123,
  ])
})
