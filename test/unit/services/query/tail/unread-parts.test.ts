import { expect, test } from 'vitest'
import { createUnreadParts } from '#query/tail/unread-parts.ts'

const listed = (...names: string[]) => names.map((name) => ({ name, rows: 1, isFresh: 1 as const }))
const namesOf = (parts: readonly { name: string }[]) => parts.map(({ name }) => name)

test('a part is read once, however often it is listed', () => {
  const parts = createUnreadParts<string>()
  expect(namesOf(parts.look(listed('a', 'b'), 0).unread)).toEqual(['a', 'b'])
  parts.done('a', 'what a had')
  parts.done('b', 'what b had')
  expect(parts.unsure).toEqual(['a', 'b'])
  expect(parts.look(listed('a', 'b', 'c'), 1)).toEqual({ unread: listed('c'), read: ['what a had', 'what b had'] })
  expect(namesOf(parts.look(listed('a', 'b', 'c'), 2).unread)).toEqual(['c'])
})

test('what was read of a part that a merge took away meanwhile does not count as read', () => {
  const parts = createUnreadParts<string>()
  parts.look(listed('a', 'b'), 0)
  parts.done('a', 'perhaps nothing')
  parts.done('b', 'what b had')
  expect(parts.look(listed('b', 'a_and_others'), 1)).toEqual({ unread: listed('a_and_others'), read: ['what b had'] })
})

test('a part of which lines were read is read, also where a merge takes it away then', () => {
  const parts = createUnreadParts<string>()
  parts.look(listed('a'), 0)
  parts.read('a', 0)
  expect(parts.look(listed('a'), 1)).toEqual({ unread: [], read: [] })
})

test('names are forgotten once no list has them any more', () => {
  const parts = createUnreadParts<string>()
  parts.look(listed('a'), 0)
  parts.done('a', '')
  parts.look(listed('a'), 1)
  parts.look([], 3_600_000)
  expect(namesOf(parts.look(listed('a'), 3_600_001).unread)).toEqual(['a'])
})
