import { expect, test } from 'vitest'
import type { Line } from '#web/api/types.ts'
import { rowsOf } from '#web/pod/stream-rows.ts'
import { lineJson } from '#test/support/line-json.ts'

const line = (message: string, restart: number | null, more: Partial<Line> = {}): Line =>
  lineJson({ time: '2026-12-01T00:00:00.000000000Z', message, restart, ...more })
const kinds = (rows: ReturnType<typeof rowsOf>) =>
  rows.map((row) => (row.kind === 'life' ? `life ${row.restart}` : row.kind === 'gap' ? 'gap' : row.line.message))

test('a divider stands where a life begins, and before the first line only where it is the first that is stored', () => {
  const lines = [line('a', 0), line('b', 0), line('c', 1), line('unknown', null), line('d', 1)]
  expect(kinds(rowsOf(lines, [], false))).toEqual(['a', 'b', 'life 1', 'c', 'unknown', 'd'])
  expect(kinds(rowsOf(lines, [], true))[0]).toBe('life 0')
})

test('each row has a key of its own, also where lines are the same', () => {
  const rows = rowsOf([line('same', 0), line('same', 0), line('same', 0)], [], true)
  expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length)
})

test('a gap is a row of its own, and a line that goes on has no time', () => {
  const gap = { from: '', to: '', bytes: null, reason: 'lost at rotation' }
  const rows = rowsOf([line('── gap ──', 0, { gap }), line('Error', 0), line('  at main', 0, { continues: true })], [], false)
  expect(kinds(rows)).toEqual(['gap', 'Error', '  at main'])
  expect(rows.map((row) => row.kind === 'line' && row.isFirstOfTrace)).toEqual([false, true, false])
})
