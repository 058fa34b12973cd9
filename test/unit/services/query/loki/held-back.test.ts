// A tail with a delay sends lines in the order of their times, and none twice.
import { expect, test } from 'vitest'
import { createHeldBack } from '#query/loki/held-back.ts'

const line = (tsNs: bigint, text: string) => ({ tsNs, text })

test('lines wait, and what is older goes before them although it came later', () => {
  const held = createHeldBack<{ tsNs: bigint; text: string }>({ delayMs: 1000, linesMax: 100 })
  const texts = (nowMs: number) => held.due(nowMs).map(({ text }) => text)
  held.add([line(10n, 'b'), line(30n, 'd')], 0)
  held.add([line(5n, 'a'), line(20n, 'c'), line(40n, 'e')], 500)
  expect([texts(999), texts(1000), texts(1400), texts(1500), texts(9999)]).toEqual([[], ['a', 'b', 'c', 'd'], [], ['e'], []])
})

test('without a delay they come at once, in order', () => {
  const held = createHeldBack<{ tsNs: bigint }>({ delayMs: 0, linesMax: 100 })
  held.add([{ tsNs: 2n }, { tsNs: 1n }], 5)
  expect(held.due(5)).toEqual([{ tsNs: 1n }, { tsNs: 2n }])
})

test('too many wait no longer', () => {
  const held = createHeldBack<{ tsNs: bigint }>({ delayMs: 1000, linesMax: 2 })
  held.add([{ tsNs: 1n }, { tsNs: 2n }, { tsNs: 3n }], 0)
  expect(held.due(0)).toHaveLength(3)
})
