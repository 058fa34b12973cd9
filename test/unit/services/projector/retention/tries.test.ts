import { expect, test } from 'vitest'
import { AfterlogError } from '#shared/errors.ts'
import type { BlockedDay } from '#shared/retention/blocked-day.ts'
import { afterFailedDrop, afterFailure } from '#projector/retention/tries.ts'

/** Tries until a day is given up, and ms from the first to the last. */
function triesOf(error: Error): { tries: number; ms: number } {
  let day: (BlockedDay & { givesUp: boolean }) | undefined
  let nowMs = 0
  for (let tries = 1; tries <= 100; tries++) {
    day = afterFailure(day, error, nowMs)
    if (day.givesUp) return { tries, ms: nowMs }
    nowMs = Math.max(nowMs, day.nextTryMs)
  }
  return { tries: Infinity, ms: nowMs }
}

test('a day is given up after six tries in 80 minutes', () => {
  expect(triesOf(new Error('broken'))).toEqual({ tries: 6, ms: 4_715_000 })
})

test('on a full disk the second try is the last, at once', () => {
  expect(triesOf(new AfterlogError('store-full', 'the disk of the store is full'))).toEqual({ tries: 2, ms: 0 })
})

test('a store that is away says nothing of the day', () => {
  expect(triesOf(new AfterlogError('store-unavailable', 'the store does not answer')).tries).toBe(Infinity)
})

test('a drop that fails is tried again for ever, at last once an hour', () => {
  let day: BlockedDay | undefined
  for (let i = 0; i < 10; i++) day = afterFailedDrop(day, new Error('refused'), 1000)
  expect(day).toEqual({ reason: 'refused', tries: 10, nextTryMs: 1000 + 3_600_000 })
})
