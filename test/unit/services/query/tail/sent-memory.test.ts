import { expect, test } from 'vitest'
import { placeBefore } from '#query/tail/arrival-place.ts'
import type { SentLines } from '#query/tail/sent-lines.ts'
import { createSentMemory } from '#query/tail/sent-memory.ts'

const remembered = { begin: placeBefore(0), counts: new Map() }
const lines = (size: number): SentLines => ({ size, remembered: () => remembered }) as unknown as SentLines

test('a tail is remembered while it is open, for ten minutes afterwards, and with a million lines of others', () => {
  let nowMs = 0
  const memory = createSentMemory(() => nowMs)
  const tails = [600_000, 300_000, 200_000, 100_000].map((size) => memory.join(lines(size)))
  const found = (): boolean[] => tails.map(({ id }) => memory.find(id, 1) !== undefined)
  nowMs = 3_600_000
  expect(found()).toEqual([true, true, true, true])
  for (const tail of tails.slice(0, 3)) tail[Symbol.dispose]()
  expect(found()).toEqual([false, true, true, true])
  nowMs += 600_000
  tails[3]![Symbol.dispose]()
  expect(found()).toEqual([false, false, false, true])
  expect(memory.find('another process', 1)).toBeUndefined()
})
