import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lifeSpans, spanAt, timesOf, type LifeTimes } from '#shared/pod-model/life-spans.ts'

const at = (clock: string) => `2026-11-23T${clock}.000000000Z`
const ns = (clock: string, more = 0n) => BigInt(Date.parse(`2026-11-23T${clock}Z`)) * 1_000_000n + more
const life = (restart: number, started: string | null, finished: string | null = null): LifeTimes => ({
  container: 'app',
  restart,
  containerId: `id-${restart}`,
  startedAt: started === null ? null : started.includes('T') ? started : at(started),
  finishedAt: finished === null ? null : at(finished),
})
const lifeAt = (lives: LifeTimes[], clock: string, more = 0n): number | null | undefined =>
  spanAt(lifeSpans(lives).get('app') ?? [], ns(clock, more))?.restart

test('a line between start and finish is that life’s; after an end, the earlier one’s until the next starts', () => {
  const lives = [life(0, '10:00:00', '10:04:00'), life(1, '10:05:00', '10:09:00')]
  expect(lifeAt(lives, '10:00:00')).toBe(0)
  expect(lifeAt(lives, '10:03:59')).toBe(0)
  expect(lifeAt(lives, '10:04:30')).toBe(0)
  expect(lifeAt(lives, '10:04:59', 999_999_999n)).toBe(0)
  expect(lifeAt(lives, '10:05:00')).toBe(1)
  expect(lifeAt(lives, '12:00:00')).toBe(1)
})

test('before the first life that is known a line is nobody’s, unless that is life 0', () => {
  expect(lifeAt([life(3, '10:00:00')], '09:59:59')).toBeNull()
  expect(lifeAt([life(0, '10:00:00')], '09:59:59')).toBe(0)
})

test('where a life between is missing, what was said after the end of the one before is nobody’s', () => {
  const lives = [life(0, '10:00:00', '10:04:00'), life(2, '10:30:00')]
  expect(lifeAt(lives, '10:04:00', 999_999_999n)).toBe(0)
  expect(lifeAt(lives, '10:04:01')).toBeNull()
  expect(lifeAt(lives, '10:30:00')).toBe(2)
  expect(lifeAt([life(0, '10:00:00'), life(2, '10:30:00')], '10:01:00')).toBeNull()
})

test('a life without a start, or that never started, takes no lines', () => {
  expect(lifeAt([life(0, '10:00:00'), life(1, null), life(2, '1970-01-01T00:00:00.000000000Z')], '11:00:00')).toBe(0)
  expect(lifeSpans([life(0, null)]).size).toBe(0)
})

test('lines with a number that several instances had are of the first until another starts', () => {
  const of = (containerId: string, started: string | null): LifeTimes => ({ ...life(0, started), containerId })
  const idAt = (lives: LifeTimes[], clock: string) => spanAt(lifeSpans(lives).get('app/0') ?? [], ns(clock))?.containerId
  const lives = [of('b1', '08:00:00'), of('b2', '10:00:00')]
  expect(['07:00:00', '09:59:59', '10:00:00', '23:00:00'].map((clock) => idAt(lives, clock))).toEqual(['b1', 'b1', 'b2', 'b2'])
  expect(idAt([of('b1', null), of('b2', '10:00:00')], '09:00:00')).toBe('b1')
  expect(lifeSpans([of('b1', '08:00:00'), life(1, '10:00:00')]).has('app/0')).toBe(false)
})

test('every instant is of one span, and a life’s times are those spans', () => {
  const clock = fc
    .integer({ min: 0, max: 3599 })
    .map((s) => `10:${String(Math.floor(s / 60)).padStart(2, '0')}:${String(s % 60).padStart(2, '0')}`)
  const lives = fc
    .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 6 }), clock, fc.option(clock)), {
      maxLength: 6,
      selector: ([restart]) => restart,
    })
    .map((told) => told.toSorted(([a], [b]) => a - b))
  fc.assert(
    fc.property(lives, clock, (told, when) => {
      const spans = lifeSpans(told.map(([restart, started, finished]) => life(restart, started, finished))).get('app') ?? []
      const time = ns(when)
      const found = spanAt(spans, time)
      if (spans.length === 0) return found === undefined
      const holding = [...new Set(spans.flatMap(({ restart }) => restart ?? []))].filter((restart) =>
        timesOf(spans, { restart, containerIds: [`id-${restart}`] }).some(
          ({ from, to }) => from <= time && (to === undefined || time < to),
        ),
      )
      return found !== undefined && String(holding) === String(found.restart === null ? [] : [found.restart])
    }),
  )
})
