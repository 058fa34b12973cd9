import { expect, test } from 'vitest'
import { createProjectionClock } from '#shared/projection-clock.ts'

const { signal } = new AbortController()

test('what is stored wakes who waits, and is told once, also where it ended before the wait', async () => {
  const clock = createProjectionClock()
  const waiting = clock.awake(60_000, signal)
  expect(await clock.storing(async () => 'stored')).toBe('stored')
  expect(await waiting).toBe(true)
  expect(await clock.awake(1, signal)).toBe(false)
  await expect(clock.storing(() => Promise.reject(new Error('some of it may be stored')))).rejects.toThrow()
  expect([await clock.awake(60_000, signal), await clock.awake(1, signal)]).toEqual([true, false])
})

test('while something is being stored, parts of it may be there', async () => {
  const clock = createProjectionClock()
  const { promise, resolve } = Promise.withResolvers<void>()
  const storing = clock.storing(() => promise)
  expect([await clock.awake(1, signal), await clock.awake(1, signal)]).toEqual([true, true])
  resolve()
  await storing
  expect([await clock.awake(1, signal), await clock.awake(1, signal)]).toEqual([true, false])
})

test('an abort ends the wait', async () => {
  expect(await createProjectionClock().awake(60_000, AbortSignal.abort())).toBe(false)
})
