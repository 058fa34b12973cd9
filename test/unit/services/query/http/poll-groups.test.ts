import { expect, test } from 'vitest'
import { createPollGroups } from '#query/http/poll-groups.ts'

test('tails of one filter poll at the same times, whatever each waits', () => {
  let now = 1000
  const groups = createPollGroups(() => now)
  const [first, second] = [groups.join('a', 0), groups.join('a', 0)]
  now = 1120
  expect([first.untilPoll(500, 500), second.untilPoll(600, 500)]).toEqual([880, 880])
  expect(groups.size).toBe(1)
})

test('a tail reads from where the others do, but nothing of before it began that they have read', () => {
  const groups = createPollGroups(() => performance.now())
  const first = groups.join('a', 10_000)
  expect(first.since(10_000, 3000)).toBe(10_000)
  // Nothing has come since the first began.
  const second = groups.join('a', 20_000)
  expect([first.since(10_000, 3000), second.since(20_000, 3000)]).toEqual([10_000, 10_000])
  second.reached(30_000)
  expect([first.since(30_000, 3000), second.since(30_000, 3000)]).toEqual([27_000, 27_000])
  // One that has read less reads from there; one that begins later reads what is new.
  expect(first.since(15_000, 3000)).toBe(12_000)
  expect(groups.join('a', 29_000).since(29_000, 3000)).toBe(29_000)
})

test('a group ends with its last tail', () => {
  const groups = createPollGroups(() => performance.now())
  const tails = [groups.join('a', 0), groups.join('a', 0), groups.join('b', 0)]
  expect(groups.size).toBe(2)
  for (const [i, size] of [2, 1, 0].entries()) {
    tails[i]![Symbol.dispose]()
    expect(groups.size).toBe(size)
  }
})
