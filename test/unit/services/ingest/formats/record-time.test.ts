import { expect, test } from 'vitest'
import { decodeBatch } from '#ingest/formats/native-rows.ts'
import { decodeOptions, logRows, record } from '#test/support/decode.ts'

/** Decodes a record whose time is spelled so in JSON. */
const decoded = (time: string) => {
  const { time: _, ...rest } = record
  return decodeBatch(Buffer.from(`{"records":[${JSON.stringify(rest).slice(0, -1)},"time":${time}}]}`), decodeOptions)
}

test.each([
  ['1.795428e9', '2026-11-23 10:00:00.000000000'],
  ['1.795428000123456789e18', '2026-11-23 10:00:00.123456789'],
  ['"1.7954280001e12"', '2026-11-23 10:00:00.100000000'],
  ['1795428000123.25', '2026-11-23 10:00:00.123250000'],
  ['" 1795428000"', '2026-11-23 10:00:00.000000000'],
  ['"2026-11-23T10:00:00Z "', '2026-11-23 10:00:00.000000000'],
  ['"2026-11-23T10:00:00Z\\n"', '2026-11-23 10:00:00.000000000'],
  ['"2026-11-23T12:00:00\\u002b02:00"', '2026-11-23 10:00:00.000000000'],
  ['"1795428\\u0030\\u0030\\u0030"', '2026-11-23 10:00:00.000000000'],
])('the time %s is read', (time, ts) => {
  expect(logRows(decoded(time))).toMatchObject([{ ts }])
})

const right = /; send RFC 3339, such as 2026-11-23T10:00:00.123456789Z, or seconds, ms, µs or ns since 1970$/

test.each([
  ['null', 'time is null'],
  ['""', 'time is empty'],
  ['"  "', 'time is empty'],
  ['true', 'time true is no time'],
  ['{"a":1}', 'time {"a":1} is an object'],
  ['[1795428000]', 'time [1795428000] is an array'],
  ['"yesterday"', 'time yesterday is neither a date nor a number'],
  ['"2026-11-23"', 'time 2026-11-23 is a date without a time of day'],
  ['"2026-11-23T10:00:00"', 'time 2026-11-23T10:00:00 has no zone: Z or an offset such as +02:00 must end it'],
  ['"2026-11-23T10:00:00.123"', 'time 2026-11-23T10:00:00.123 has no zone: Z or an offset such as +02:00 must end it'],
  ['"2026-11-23T10:00:00 CET"', 'time 2026-11-23T10:00:00 CET must end in Z or an offset such as +02:00'],
  ['"2026-11-23T10:00:00+0100"', 'time 2026-11-23T10:00:00+0100 must end in Z or an offset such as +02:00'],
  ['"2026-13-23T10:00:00Z"', 'time 2026-13-23T10:00:00Z has a month, day, hour, minute or second that does not exist'],
  ['"2026-02-29T10:00:00Z"', 'time 2026-02-29T10:00:00Z has a month, day, hour, minute or second that does not exist'],
  ['"1,795,428,000"', 'time 1,795,428,000 is not a number as JSON spells it'],
  ['"+1795428000"', 'time +1795428000 is not a number as JSON spells it'],
  ['"NaN"', 'time NaN is neither a date nor a number'],
  ['"0x6b0"', 'time 0x6b0 is neither a date nor a number'],
  [`"${'a'.repeat(100)}"`, `time ${'a'.repeat(60)}… is neither a date nor a number`],
])('of the time %s the error names what is wrong, and what would be right', (time, problem) => {
  const { accepted, rejects } = decoded(time)
  expect(accepted).toBe(0)
  expect(rejects[0]!.detail).toMatch(right)
  expect(rejects[0]!.detail.replace(right, '')).toBe(problem)
})

test.each([
  ['-1', /^time 1969-12-31T23:59:59.000Z is before 1970$/],
  ['-1e30', /^time -1e30 is before 1970$/],
  ['0', /^time 1970-01-01T00:00:00.000Z is older than/],
  ['9300000000', /^time 2264-09-14T21:20:00.000Z is after 2262/],
  ['9300000000000000000', /^time 2264-09-14T21:20:00.000Z is after 2262/],
  ['18446744073709551616', /^time 18446744073709551616 is a number too large for ns since 1970/],
  ['1e300', /^time 1e300 is a number too large for ns since 1970/],
  ['1795438801', /is more than an hour ahead of its arrival$/],
])('the time %s is no time of a line: %s', (time, problem) => {
  expect(decoded(time).rejects[0]!.detail).toMatch(problem)
})
