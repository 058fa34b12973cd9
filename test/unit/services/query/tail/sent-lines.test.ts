import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nowhere } from '#shared/lines/line-order.ts'
import { isBehind, placeBefore, type ArrivalPlace } from '#query/tail/arrival-place.ts'
import { createSentLines, type SentLines, type SentPlace } from '#query/tail/sent-lines.ts'

const begin = placeBefore(1_000_000)
const placeOf = (received: number, id: number): ArrivalPlace => ({
  received,
  key: { ...nowhere, received, ts: BigInt(id), identity: BigInt.asUintN(64, BigInt(id) * 0x2545_f491_4f6c_dd1dn) },
})
const fresh: SentPlace = { floor: begin, hashes: [], count: 0 }

/** Sends what is visible behind `after`, as a tail does, and returns it. */
function poll(sentLines: SentLines, visible: readonly ArrivalPlace[], after: ArrivalPlace): ArrivalPlace[] {
  const rows = visible.filter((place) => isBehind(place, after)).toSorted((a, b) => (isBehind(a, b) ? 1 : -1))
  const lines = rows.filter(sentLines.add)
  for (const line of lines) sentLines.send(line)
  return lines
}

test('a client that comes back with any cursor has each line once, however late inserts are shown', () => {
  const lateness = fc.integer({ min: 0, max: 25_000 })
  const step = fc.record({ late: fc.array(lateness, { minLength: 1, maxLength: 4 }), comesBack: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let sentLines = createSentLines(fresh)
      const visible: ArrivalPlace[] = []
      const sent: ArrivalPlace[] = []
      let now = begin.received + 30_000
      let after = begin
      for (const { late, comesBack } of steps) {
        now += 3000
        for (const ms of late) visible.push(placeOf(now - ms, visible.length + 1))
        if (comesBack) {
          const place = sentLines.place()
          sentLines = createSentLines(place)
          after = place.floor
        }
        sent.push(...poll(sentLines, visible, after))
      }
      expect(new Set(sent).size).toBe(sent.length)
      expect(sent).toHaveLength(visible.length)
    }),
  )
})

test('a cursor names 48 lines at most, and goes on behind the others', () => {
  const sentLines = createSentLines(fresh)
  const lines = Array.from({ length: 100 }, (_, i) => placeOf(begin.received, i + 1))
  poll(sentLines, lines, begin)
  const place = sentLines.place()
  expect([place.hashes.length, place.floor, place.count]).toEqual([48, lines[51], 100])
  const late = placeOf(begin.received, 1000)
  expect(poll(createSentLines(place), [...lines, late], place.floor)).toEqual([late])
})

test('a process remembers what was sent until a cursor, and at most 200,000 lines', () => {
  const sentLines = createSentLines(fresh)
  const lines = Array.from({ length: 250_000 }, (_, i) => placeOf(begin.received + i, i + 1))
  for (const line of lines) {
    sentLines.add(line)
    sentLines.send(line)
  }
  expect(sentLines.size).toBeLessThanOrEqual(200_000)
  const before = sentLines.remembered(249_999)
  const { begin: complete } = sentLines
  const again = createSentLines({ floor: complete, hashes: [], count: 249_999 }, { before })
  expect(lines.filter((line) => isBehind(line, complete)).filter(again.add)).toEqual([lines.at(-1)])
  expect(lines.filter((line) => isBehind(line, complete)).length).toBeGreaterThan(100_000)
})

test('what a tail sent is handed on without copying it, and stays what it was while the tail goes on', () => {
  const sentLines = createSentLines(fresh)
  const lines = Array.from({ length: 60_000 }, (_, i) => placeOf(begin.received + i, i + 1))
  poll(sentLines, lines.slice(0, 50_000), begin)
  const before = sentLines.remembered(50_000)
  expect(before.pages.map(({ counts }, i) => counts === sentLines.remembered(1).pages[i]!.counts)).toEqual([true, true])
  poll(sentLines, lines, begin)
  expect(poll(createSentLines({ ...fresh, count: 50_000 }, { before }), lines, begin)).toEqual(lines.slice(50_000))
})

test('a client that comes back a hundred times keeps what was sent before', () => {
  const lines = Array.from({ length: 30_100 }, (_, i) => placeOf(begin.received + i, i + 1))
  let sentLines = createSentLines(fresh)
  poll(sentLines, lines.slice(0, 30_000), begin)
  for (let i = 30_000; i < 30_100; i++) {
    sentLines = createSentLines({ ...fresh, count: i }, { before: sentLines.remembered(i) })
    expect(poll(sentLines, lines.slice(0, i + 1), begin)).toEqual([lines[i]])
  }
  expect(sentLines.remembered(30_100).pages.length).toBeLessThan(4)
})

test('behind the place up to which a tail has forgotten lines it sends none again', () => {
  const sentLines = createSentLines(fresh)
  const lines = Array.from({ length: 250_000 }, (_, i) => placeOf(begin.received + (i >> 3), i + 1))
  const sent = poll(sentLines, lines, begin)
  expect(sent).toHaveLength(lines.length)
  expect(isBehind(sentLines.begin, begin)).toBe(true)
  expect(poll(sentLines, lines, sentLines.begin)).toEqual([])
  for (let i = 0; i < 20; i++) sentLines.forget()
  expect(sentLines.size).toBe(0)
  expect(poll(sentLines, lines, sentLines.begin)).toEqual([])
})
