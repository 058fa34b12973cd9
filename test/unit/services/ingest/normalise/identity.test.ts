import { expect, test } from 'vitest'
import { growthOf } from '#test/support/growth.ts'
import { batch, lines, logRows, record } from '#test/support/decode.ts'

const ordinals = (...records: object[]): unknown[] => logRows(batch(...records)).map((row) => row.ordinal)

test('equal lines of one batch are counted, different ones are not', () => {
  expect(ordinals(record, record, { ...record, message: 'other' }, record)).toEqual([0, 1, 0, 2])
})

test.each(['podUid', 'container', 'stream', 'time', 'message'] as const)(
  'lines that differ in %s are different lines',
  (field) => {
    const other = { podUid: 'u2', container: 'c2', stream: 'stdout', time: '2026-11-23T10:00:00.123456788Z', message: 'boom!' }[
      field
    ]
    expect(ordinals(record, { ...record, [field]: other })).toEqual([0, 0])
  },
)

test('lines with an offset need no ordinal', () => {
  expect(ordinals({ ...record, offset: 1 }, { ...record, offset: 2 }, { ...record, offset: 1 })).toEqual([0, 0, 0])
})

test('an ordinal that the sender gives is kept', () => {
  expect(ordinals({ ...record, ordinal: 7 }, record)).toEqual([7, 0])
})

test('a batch sent again has the same ordinals', () => {
  const records = Array.from({ length: 500 }, (_, i) => ({ ...record, message: `m${i % 7}` }))
  expect(ordinals(...records)).toEqual(ordinals(...records))
  expect(Math.max(...(ordinals(...records) as number[]))).toBe(71)
})

test('one text is one text however its JSON was escaped', () => {
  const escaped = JSON.stringify(record).replace('boom', '\\u0062oom')
  expect(logRows(lines(`${JSON.stringify(record)}\n${escaped}`)).map((row) => row.ordinal)).toEqual([0, 1])
})

test('lines of one time and one length are counted without comparing each with each', () => {
  const text = (count: number) =>
    Array.from({ length: count }, (_, i) => JSON.stringify({ ...record, message: String(i).padStart(8, '0') })).join('\n')
  expect(logRows(lines(text(24_000))).every((row) => row.ordinal === 0)).toBe(true)
  expect(growthOf(3000, text, lines)).toBeLessThan(30)
})
