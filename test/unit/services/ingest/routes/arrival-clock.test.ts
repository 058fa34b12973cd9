import { expect, test } from 'vitest'
import { createArrivalClock } from '#ingest/routes/arrival-clock.ts'

const minuteMs = 60_000

test('a clock that is set back by up to an hour stands still until it gets there again', () => {
  let nowMs = 1_000 * minuteMs
  const arrival = createArrivalClock(() => nowMs)
  const seen = [0, 5, -10, -5, 60, 1].map((minutes) => {
    nowMs += minutes * minuteMs
    return arrival() / minuteMs
  })
  expect(seen).toEqual([1000, 1005, 1005, 1005, 1050, 1051])
})

test('a clock that was more than an hour ahead is believed once it is right', () => {
  let nowMs = 1_000 * minuteMs
  const arrival = createArrivalClock(() => nowMs)
  arrival()
  nowMs += 400 * 24 * 60 * minuteMs
  arrival()
  nowMs = 1_001 * minuteMs
  expect(arrival()).toBe(nowMs)
})
