import { expect, test } from 'vitest'
import { nowhere } from '#shared/lines/line-order.ts'
import { placeBefore, type ArrivalPlace } from '#query/tail/arrival-place.ts'
import type { SentPlace } from '#query/tail/sent-lines.ts'
import { createSentMemory, type RememberedTail, type SentMemory } from '#query/tail/sent-memory.ts'

const fresh: SentPlace = { floor: placeBefore(0), hashes: [], count: 0 }
const linesMax = 100_000
const placeOf = (id: number): ArrivalPlace => ({
  received: id,
  key: { ...nowhere, received: id, ts: BigInt(id), identity: BigInt(id) },
})

function send(tail: RememberedTail, lines: number): RememberedTail {
  for (let id = 1; id <= lines; id++) {
    tail.sentLines.add(placeOf(id))
    tail.sentLines.send(placeOf(id))
  }
  return tail
}

/** Whether a client that comes back to the tail would not get its first line again. */
function isRemembered(memory: SentMemory, { id }: RememberedTail): boolean {
  using again = memory.open({ ...fresh, count: 1 }, { tail: id })
  return !again.sentLines.add(placeOf(1))
}

test('a tail is remembered while it is open, and for ten minutes afterwards', () => {
  let nowMs = 0
  const memory = createSentMemory({ clock: () => nowMs, linesMax })
  const tails = [100, 100].map((lines) => send(memory.open(fresh), lines))
  const found = (): boolean[] => tails.map((tail) => isRemembered(memory, tail))
  nowMs = 3_600_000
  expect(found()).toEqual([true, true])
  tails[0]![Symbol.dispose]()
  nowMs += 599_999
  expect(found()).toEqual([true, true])
  nowMs += 1
  expect(found()).toEqual([false, true])
})

test('tails that have ended are forgotten first, from the first on, where there is no room', () => {
  const memory = createSentMemory({ clock: () => 0, linesMax })
  const ended = [40_000, 30_000].map((lines) => send(memory.open(fresh), lines))
  for (const tail of ended) tail[Symbol.dispose]()
  const open = send(memory.open(fresh), 50_000)
  expect([...ended, open].map((tail) => isRemembered(memory, tail))).toEqual([false, true, true])
})

test('all open tails together remember no more than there is room for, and small ones keep what they have', () => {
  const memory = createSentMemory({ clock: () => 0, linesMax })
  const small = Array.from({ length: 20 }, () => send(memory.open(fresh), 100))
  const large = Array.from({ length: 5 }, () => send(memory.open(fresh), 90_000))
  const lines = [...small, ...large].reduce((sum, { sentLines }) => sum + sentLines.size, 0)
  expect(lines).toBeGreaterThan(linesMax / 4)
  expect(lines).toBeLessThanOrEqual(linesMax)
  expect(small.every((tail) => isRemembered(memory, tail))).toBe(true)
})

test('a tail without a line takes room too', () => {
  const memory = createSentMemory({ clock: () => 0, linesMax })
  const first = send(memory.open(fresh), 1)
  first[Symbol.dispose]()
  for (let i = 0; i < 1100; i++) memory.open(fresh)[Symbol.dispose]()
  expect(isRemembered(memory, first)).toBe(false)
})

test('a log that nobody can come back to is forgotten once it ends', () => {
  const memory = createSentMemory({ clock: () => 0, linesMax })
  const kept = send(memory.open(fresh), 60_000)
  for (let i = 0; i < 20; i++) send(memory.openOnce(fresh), 30_000)[Symbol.dispose]()
  expect(kept.sentLines.size).toBe(60_000)
})

test('rows that wait long for others before they are inserted are read so much longer', () => {
  const overlapMs = (flushIntervalMs?: number) =>
    createSentMemory({ clock: () => 0, flushIntervalMs }).open(fresh).sentLines.overlapMs
  expect([overlapMs(), overlapMs(250), overlapMs(60_000)]).toEqual([30_000, 30_250, 90_000])
})
