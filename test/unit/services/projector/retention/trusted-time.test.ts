import { describe, expect, test } from 'vitest'
import { firstTrustedTime, nextTrustedTime, type TrustedTime } from '#projector/retention/trusted-time.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const start = Date.parse('2026-11-23T12:00:00Z')

/** Looks every five seconds for so long, while the wall clock is off by so much. */
function lookFor(ms: number, time: TrustedTime, fromMs: number, offMs: number): TrustedTime {
  let next = time
  for (let passed = 5000; passed <= ms; passed += 5000) next = nextTrustedTime(next, fromMs + passed + offMs, 5000)
  return next
}

test('time goes on with a clock that is right', () => {
  expect(lookFor(2 * hourMs, { ms: start }, start, 0)).toEqual({ ms: start + 2 * hourMs })
})

describe('a clock that jumps ahead', () => {
  test.each([hourMs, dayMs, 30 * dayMs, 400 * dayMs])('by %d ms is not believed within the hour', (offMs) => {
    const time = lookFor(hourMs - 10_000, { ms: start }, start, offMs)
    expect(time.ms).toBe(start + hourMs - 10_000)
    expect(nextTrustedTime(time, start + hourMs - 5000, 5000)).toEqual({ ms: start + hourMs - 5000 })
  })

  test('is believed once it has been ahead by the same for an hour', () => {
    const time = lookFor(hourMs + 10_000, { ms: start }, start, 30 * dayMs)
    expect(time).toEqual({ ms: start + hourMs + 10_000 + 30 * dayMs })
  })

  test('again and again is not believed', () => {
    let time: TrustedTime = { ms: start }
    for (let i = 1; i <= 20; i++) time = lookFor(hourMs / 2, time, start + ((i - 1) * hourMs) / 2, i * dayMs)
    expect(time.ms).toBe(start + 10 * hourMs)
  })

  test('by some seconds at each look is not believed', () => {
    let time: TrustedTime = { ms: start }
    for (let i = 1; i <= 360; i++) time = nextTrustedTime(time, start + i * 15_000, 5000)
    expect(time.ms).toBeLessThanOrEqual(start + 360 * 5000 * 1.25)
  })

  test('together with the monotonic clock adds a minute', () => {
    expect(nextTrustedTime({ ms: start }, start + 30 * dayMs, 30 * dayMs).ms).toBe(start + 60_000)
  })
})

test('a clock that goes back is followed, and is ahead when it returns', () => {
  const back = nextTrustedTime({ ms: start }, start - 400 * dayMs, 5000)
  expect(back).toEqual({ ms: start - 400 * dayMs })
  expect(nextTrustedTime(back, start + 5000, 5000)).toMatchObject({ ms: start - 400 * dayMs + 5000 })
})

describe('at a start', () => {
  test('an empty store believes the clock', () => {
    expect(firstTrustedTime(undefined, start)).toEqual({ ms: start })
  })

  test('a store that was off for minutes does too', () => {
    expect(firstTrustedTime(start - 10 * 60_000, start)).toEqual({ ms: start })
  })

  test('a store that was off for 30 days does after a second look an hour later', () => {
    const time = firstTrustedTime(start - 30 * dayMs, start)
    expect(time.ms).toBe(start - 30 * dayMs)
    expect(lookFor(hourMs - 5000, time, start, 0).ms).toBe(start - 30 * dayMs + hourMs - 5000)
    expect(lookFor(hourMs, time, start, 0)).toEqual({ ms: start + hourMs })
  })

  test('time is never ahead of the clock', () => {
    expect(firstTrustedTime(start + 400 * dayMs, start)).toEqual({ ms: start })
  })
})
