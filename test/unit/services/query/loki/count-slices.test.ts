// A range is counted in slices of bounded size, which cover all of it once.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countSlices } from '#query/loki/count-slices.ts'

const hour = 3600
const hourNs = BigInt(hour) * 1_000_000_000n
const first = 498_730 * hour
const ns = (seconds: number): bigint => BigInt(seconds) * 1_000_000_000n

test('hours with few rows are counted together, one with many in stretches', () => {
  const hours = [
    { hour: first, rows: 900_000 },
    { hour: first + hour, rows: 900_000 },
    { hour: first + 3 * hour, rows: 5_000_000 },
    { hour: first + 4 * hour, rows: 10 },
  ]
  const bounds = { start: ns(first) + 5n, end: ns(first + 5 * hour) - 5n }
  const third = ns(first + 3 * hour)
  expect(countSlices(hours, bounds)).toEqual([
    { from: bounds.start, to: ns(first + 2 * hour) },
    { from: third, to: third + hourNs / 3n },
    { from: third + hourNs / 3n, to: third + (hourNs / 3n) * 2n },
    { from: third + (hourNs / 3n) * 2n, to: third + hourNs },
    { from: third + hourNs, to: bounds.end },
  ])
})

test('no rows, no slices', () => {
  expect(countSlices([], { start: 0n, end: 1n })).toEqual([])
})

test('each hour with rows is covered, and nothing twice', () => {
  const hours = fc
    .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 200_000_000 })), { selector: ([at]) => at })
    .map((list) => list.toSorted(([a], [b]) => a - b).map(([at, rows]) => ({ hour: first + at * hour, rows })))
  fc.assert(
    fc.property(hours, (list) => {
      const bounds = { start: ns(first), end: ns(first + 51 * hour) }
      const slices = countSlices(list, bounds)
      for (const [i, { from, to }] of slices.entries()) {
        expect(from).toBeLessThan(to)
        if (i > 0) expect(from).toBeGreaterThanOrEqual(slices[i - 1]!.to)
      }
      for (const { hour: at } of list) {
        const inside = slices.filter(({ from, to }) => from < ns(at) + hourNs && to > ns(at))
        const covered = inside.reduce((sum, { from, to }) => {
          const begin = from > ns(at) ? from : ns(at)
          const end = to < ns(at) + hourNs ? to : ns(at) + hourNs
          return sum + end - begin
        }, 0n)
        expect(covered).toBe(hourNs)
      }
    }),
  )
})
