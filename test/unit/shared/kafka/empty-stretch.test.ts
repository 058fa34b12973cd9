import { expect, test } from 'vitest'
import { createEmptyStretches } from '#shared/kafka/empty-stretch.ts'

test('what comes instead of a position is believed when it came three times in a row', () => {
  const stretches = createEmptyStretches(3)
  expect([1, 2, 3].map(() => stretches.isEmpty('t/0', 5n, 9n))).toEqual([false, false, true])
})

test('a stale fetch in between, another position or another partition begins anew', () => {
  const stretches = createEmptyStretches(3)
  const look = (position: bigint, from: bigint, key = 't/0') => stretches.isEmpty(key, position, from)
  expect([look(5n, 9n), look(5n, 9n), look(5n, 700n), look(5n, 9n), look(5n, 9n)]).not.toContain(true)
  expect([look(6n, 9n), look(6n, 9n, 't/1'), look(6n, 9n, 't/1')]).not.toContain(true)
  stretches.forget('t/1')
  expect(look(6n, 9n, 't/1')).toBe(false)
  stretches.clear()
  expect([look(6n, 9n), look(6n, 9n)]).not.toContain(true)
})

test('what stands before the position never tells that nothing is at it', () => {
  const stretches = createEmptyStretches(1)
  expect(stretches.isEmpty('t/0', 5n, 4n)).toBe(false)
  expect(stretches.isEmpty('t/0', 5n, 6n)).toBe(true)
})
