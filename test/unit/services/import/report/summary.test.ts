import { expect, test } from 'vitest'
import { createProgress } from '../../../../../services/import/report/progress.ts'
import { isComplete, summary } from '../../../../../services/import/report/summary.ts'
import { createTally } from '../../../../../services/import/tally.ts'

const result = { plan: { files: [], linksFollowed: 0, notRead: [] }, node: 'node-7', mute: false, stopped: undefined }
const common = { path: '/rescue', url: 'http://127.0.0.1:8080', embedded: false, seconds: 2 }

test('what was stored and what was not stands in the summary, with the setting to change', () => {
  const tally = { ...createTally(), lines: 1000, accepted: 900, repeated: 100, fromEarlierRun: 50, fromAgent: 20 }
  tally.refused.set('too-old', { count: 30, example: 'time 2026-01-01 is older than …' })
  const text = summary({ ...common, tally, result })
  expect(text).toMatch(/800 {2}stored now/)
  expect(text).toMatch(/100 {2}stored already; sent again/)
  expect(text).toMatch(/50 {2}stored by an earlier import/)
  expect(text).toMatch(/20 {2}stored already by an agent/)
  expect(text).toMatch(/30 {2}not stored/)
  expect(text).toContain('AFTERLOG_RETENTION=default=90d')
  expect(text).toContain('500 lines/s')
  expect(isComplete(tally, result)).toBe(false)
})

test('nothing that was not read is left out, and a long list is counted to its end', () => {
  const notRead = [{ reason: 'binary journal', count: 3, example: 'journal/a' }]
  const tally = { ...createTally(), problems: Array.from({ length: 60 }, (_, i) => ({ path: `p${i}`, reason: 'broke' })) }
  const text = summary({ ...common, tally, result: { ...result, plan: { ...result.plan, notRead } } })
  expect(text).toMatch(/3 {2}binary journal \(journal\/a, …\)/)
  expect(text).toContain('… and 10 more')
})

test('the name of a hostile file does not reach the terminal as it is', () => {
  const tally = { ...createTally(), problems: [{ path: 'weird\u001b[2J\r\n.log', reason: 'broke' }] }
  expect(summary({ ...common, tally, result })).toContain(String.raw`  weird\u{1b}[2J\u{d}\u{a}.log: broke`)
})

test('an import that stopped says why, and how to go on', () => {
  const stopped = { ...result, stopped: 'the server is gone' }
  expect(summary({ ...common, tally: createTally(), result: stopped })).toMatch(/the server is gone\nRun the same command again/)
  expect(isComplete(createTally(), stopped)).toBe(false)
  expect(isComplete(createTally(), result)).toBe(true)
})

test('a terminal gets a bar that fits, anything else a line now and then', () => {
  const now = { lines: 1000, bytes: 50, bytesTotal: 100, waiting: undefined }
  const bar = createProgress({ terminal: true, columns: 80, intervalMs: 200 })
  const drawn = bar.tick({ ...now, atMs: 1000 })
  expect(drawn.slice(0, 5)).toBe('\r\u001b[2K')
  expect(drawn.slice(5)).toMatch(/^\[#+\.+\] {2}50 % {2}1,000 lines {2}1,000 lines\/s {2}1\.0 s left$/)
  expect(drawn.length).toBeLessThan(85)
  expect(bar.tick({ ...now, atMs: 1100 })).toBe('')
  const plain = createProgress({ terminal: false, columns: 0, intervalMs: 5000 })
  expect(plain.tick({ ...now, atMs: 0 })).toBe(' 50 %  1,000 lines  0 lines/s\n')
  expect(plain.tick({ ...now, atMs: 4999 })).toBe('')
  expect(plain.end({ ...now, atMs: 6000, waiting: '503: away' })).toContain('waiting: 503: away')
})
