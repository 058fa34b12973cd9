import { expect, test } from 'vitest'
import { isComplete, summary } from '../../../../services/replay/summary.ts'
import { createTally } from '../../../../services/replay/tally.ts'

const shown = (tally: ReturnType<typeof createTally>, more = {}) =>
  summary({ url: 'http://x', seconds: 1, dryRun: false, tally, stopped: undefined, ...more })

test('what is refused again is told by code with a sentence, and what cannot be sent by its origin, with how to fetch it', () => {
  const tally = createTally()
  tally.letters = 4
  tally.stored = 1
  tally.refuse('bad-time', 'time must be RFC 3339')
  tally.refuse('bad-time', 'another')
  tally.stuck.push({ origin: 'kafka:afterlog.logs/2@1181#0', id: '7', reason: 'is cut at 64 KiB' })
  const text = shown(tally)
  expect(text).toMatch(/4 dead letters/)
  expect(text).toMatch(/ 1 {2}stored now\n/)
  expect(text).toMatch(/ 2 {2}refused again: still dead letters\n +2 {2}bad-time\n +time must be RFC 3339\n/)
  expect(text).toContain(
    'kafka:afterlog.logs/2@1181#0 (id 7) is cut at 64 KiB: kcat -C -b BROKER -t afterlog.logs -p 2 -o 1181 -c 1 -e\n',
  )
  expect(isComplete(tally, undefined)).toBe(false)
})

test('control characters of what was sent do not reach the terminal', () => {
  const tally = createTally()
  tally.refuse('bad-time', 'time \u001b[2J\r is neither')
  expect(shown(tally)).toContain('time \\u{1b}[2J\\u{d} is neither')
})

test('nothing left is complete, a stop is not', () => {
  expect(isComplete(createTally(), undefined)).toBe(true)
  expect(isComplete(createTally(), 'gone')).toBe(false)
  expect(shown(createTally(), { stopped: 'gone' })).toMatch(/^stopped: gone\n/)
})
