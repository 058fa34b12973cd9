import { expect, test } from 'vitest'
import { createPollGroups } from '#query/http/poll-groups.ts'

test('tails of one filter poll at the same times, whatever each waits', () => {
  let now = 1000
  const groups = createPollGroups(() => now)
  const [first, second] = [groups.join('a'), groups.join('a')]
  now = 1120
  expect([first.untilPoll(500, 500), second.untilPoll(600, 500)]).toEqual([880, 880])
  expect(groups.size).toBe(1)
})

test('a group ends with its last tail', () => {
  const groups = createPollGroups(() => performance.now())
  const tails = [groups.join('a'), groups.join('a'), groups.join('b')]
  expect(groups.size).toBe(2)
  for (const [i, size] of [2, 1, 0].entries()) {
    tails[i]![Symbol.dispose]()
    expect(groups.size).toBe(size)
  }
})
