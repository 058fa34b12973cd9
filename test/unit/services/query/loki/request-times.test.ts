// Times, durations and limits as Loki's clients send them, and what is said of those that are none.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AfterlogError } from '#shared/errors.ts'
import { readForm, type RequestForm } from '#query/loki/request-form.ts'
import {
  readBounds,
  readDirection,
  readDuration,
  readInterval,
  readLimit,
  readStep,
  readTimestamp,
} from '#query/loki/request-times.ts'

const form = (query: Record<string, string | string[]>): RequestForm => readForm(query, undefined)
const now = 1_795_428_000_000_000_000n
const hour = 3_600_000_000_000n

describe('a form', () => {
  test('has the values of the body before those of the URL, and no empty ones', () => {
    const both = readForm({ query: ['a', 'b'], start: '' }, new URLSearchParams('query=c&query='))
    expect([both.get('query'), both.all('query'), both.get('start'), both.get('constructor')]).toEqual([
      'c',
      ['c', 'a', 'b'],
      undefined,
      undefined,
    ])
  })

  test('has no parameters of another body', () => {
    expect(readForm(undefined, { query: 'a' }).get('query')).toBeUndefined()
  })
})

test.each([
  ['1795428000123456789', 1_795_428_000_123_456_789n],
  ['1795428000', now],
  ['1795428000.5', now + 500_000_000n],
  ['1795428000.123456789', now + 123_456_789n],
  ['1.795428e9', now],
  ['2026-11-23T10:00:00Z', now],
  ['2026-11-23T11:00:00.000000001+01:00', now + 1n],
  ['0', 0n],
  ['-1', -1_000_000_000n],
  ['17954280001', 17_954_280_001n],
])('the time %s', (text, ns) => {
  expect(readTimestamp(form({ start: text }), 'start')).toBe(ns)
})

test.each(['x', 'now', '-15m', '2026-13-01T00:00:00Z', '99999999999999999999', '1e99', '1.5.5', '9223372036854775808', ' 1'])(
  'no time: %s',
  (text) => {
    expect(() => readTimestamp(form({ end: text }), 'end')).toThrow(
      /^could not parse end: ".*" is not a time: give epoch ns, epoch seconds with a point, or RFC 3339$/,
    )
  },
)

test.each([
  ['5m', 300_000_000_000n],
  ['1h30m', hour + hour / 2n],
  ['1m0s', 60_000_000_000n],
  ['1.5', 1_500_000_000n],
  ['60', 60_000_000_000n],
  ['250ms', 250_000_000n],
  ['1d', 24n * hour],
  ['0', 0n],
])('the duration %s', (text, ns) => {
  expect(readDuration(form({ step: text }), 'step')).toBe(ns)
})

test('what is missing: the last hour, backward, 100 lines, 250 steps', () => {
  const nothing = form({})
  const bounds = readBounds(nothing, now)
  expect(bounds).toEqual({ start: now - hour, end: now })
  expect([readStep(nothing, bounds), readInterval(nothing), readLimit(nothing), readDirection(nothing)]).toEqual([
    14_000_000_000n,
    0n,
    100,
    'backward',
  ])
})

test('since counts back from the end, and from now where the end is later', () => {
  expect(readBounds(form({ since: '10m', end: '1795420800' }), now)).toEqual({
    start: 1_795_420_200_000_000_000n,
    end: 1_795_420_800_000_000_000n,
  })
  expect(readBounds(form({ since: '10m', end: '1795431600' }), now).start).toBe(now - 600_000_000_000n)
})

test.each([
  [{ start: '20', end: '10' }, 'end', 'end must not be before start: 10 is before 20'],
  [{ limit: '0' }, 'limit', 'limit must be a positive value, not 0'],
  [{ limit: '-5' }, 'limit', 'limit must be a positive value, not -5'],
  [{ limit: '10001' }, 'limit', 'max entries limit per query exceeded, limit > max_entries_limit_per_query (10001 > 10000)'],
  [{ limit: 'ten' }, 'limit', 'could not parse limit: "ten" is not a whole number above 0'],
  [{ direction: 'up' }, 'direction', 'could not parse direction: "up" is not a direction: give forward or backward'],
  [{ step: '0' }, 'step', 'step must be above 0, not 0: give 30s, or seconds'],
  [{ step: '0.1' }, 'step', 'the query would have more than 11000 points per series: give a larger step'],
  [{ interval: '-1' }, 'interval', 'interval must not be below 0'],
  [{ since: 'soon' }, 'since', 'could not parse since: "soon" is not a duration: give 5m, 1h30m, or a number of seconds'],
])('%o is refused', (query, parameter, message) => {
  const read = (): void => {
    const given = form(query)
    const bounds = readBounds(given, now)
    readStep(given, bounds)
    readInterval(given)
    readLimit(given)
    readDirection(given)
  }
  expect(read).toThrow(expect.objectContaining({ parameter, message, status: 400 }))
})

test('any text is a value or a 400', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const given = form({ start: text, step: text, limit: text, direction: text })
      for (const read of [
        () => readTimestamp(given, 'start'),
        () => readDuration(given, 'step'),
        () => readLimit(given),
        () => readDirection(given),
      ])
        try {
          read()
        } catch (error) {
          expect(error).toBeInstanceOf(AfterlogError)
          expect((error as AfterlogError).status).toBe(400)
        }
    }),
  )
})
