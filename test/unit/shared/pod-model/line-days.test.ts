import { expect, test } from 'vitest'
import { lostLines, mostLines, sumLineDays, type LineDay } from '#shared/pod-model/line-days.ts'
import type { LifeLinesRow } from '#shared/pod-model/rows.ts'

const day = (lines: number, more: Partial<LineDay> = {}): LineDay => ({
  uid: 'u',
  container: 'app',
  restart: 0,
  containerId: '',
  day: '2026-11-23',
  lines,
  ...more,
})
const row = (more: Partial<LifeLinesRow> = {}): LifeLinesRow => ({
  uid: 'u',
  cluster: '',
  namespace: 'shop',
  pod: 'cart',
  container: 'app',
  restart: 0,
  containerId: 'abc',
  node: '',
  firstLine: '',
  lastLine: '',
  nameless: 0,
  sentContainer: 'app',
  sentRestart: 0,
  fragments: 0,
  ...more,
})

test('what was counted and is there no more is lost; what is not counted now is not', () => {
  const before = [day(100), day(50, { day: '2026-11-24' }), day(7, { restart: 1 })]
  expect(lostLines([day(100)], before, [row(), row({ restart: 1 })], [row()])).toEqual([
    { ...day(50, { day: '2026-11-24' }), left: 0 },
  ])
})

test('the most is remembered, so that a loss stays known and ends once the lines are back', () => {
  const kept = mostLines([day(60)], [day(100)], [row()])
  expect(kept).toEqual([day(100)])
  expect(lostLines([day(60)], kept, [row()], [row()])).toHaveLength(1)
  expect(lostLines([day(100)], kept, [row()], [row()])).toEqual([])
})

test('lines without a uid that are another pod’s by now are no loss; those of a row that is gone are', () => {
  const nameless = day(5, { uid: '', restart: -1, containerId: 'abc' })
  expect(lostLines([], [nameless, day(5)], [], [])).toEqual([{ ...day(5), left: 0 }])
  expect(mostLines([], [nameless], [])).toEqual([])
  expect(lostLines([], [nameless], [row({ nameless: 1, restart: -1 })], [row({ nameless: 1, restart: -1 })])).toHaveLength(1)
})

test('a number names a life whatever the container ids of its lines', () => {
  expect(sumLineDays([day(3, { containerId: 'a' }), day(4, { containerId: 'b' })])).toEqual([day(7)])
})
