import { expect, test } from 'vitest'
import { growth, report, wrongAnswers, type RunResult, type StoreResult } from '../../../../bench/search/report.ts'

const question = (warmMedian: number, mistakes: string[] = []) => ({
  name: 'a word',
  warmMedian,
  warmP95: warmMedian,
  coldMedian: warmMedian,
  coldP95: warmMedian,
  cpuMs: warmMedian,
  rowsRead: undefined,
  mistakes,
})
const result = (store: StoreResult['store'], warmMedian: number, mistakes: string[] = []): StoreResult => ({
  store,
  merged: { pageCacheDropped: true, questions: [question(warmMedian, mistakes)] },
})
const run = (lines: number, results: StoreResult[]): RunResult => ({
  seed: 1,
  lines,
  messageBytes: 260 * lines,
  ndjsonBytes: 530 * lines,
  cores: 2,
  loadAverage: 0,
  startedAt: '2026-01-01T00:00:00.000Z',
  results,
})

test('a ratio is Afterlog by VictoriaLogs', () => {
  const text = report(run(1000, [result('victorialogs', 10), result('afterlog', 5)]))
  expect(text).toContain('| a word | 10 / 10 | 10 / 10 | 10 | 5.0 / 5.0 | 5.0 / 5.0 | 5.0 |  | 0.50 | 0.50 | 0.50 |')
  expect(text).toContain('Every answer was right.')
})

test('a wrong answer is named, whoever gave it', () => {
  const results = [result('victorialogs', 10, ['3 lines instead of 4']), result('afterlog', 5)]
  expect(wrongAnswers(results)).toEqual(['- VictoriaLogs, merged, a word: 3 lines instead of 4'])
  expect(report(run(1000, results))).toContain('10 / 10 WRONG')
})

test('a question that failed has no figure, also when it is read from a file', () => {
  const failed = run(1000, [result('afterlog', Number.NaN, ['503'])])
  const read = JSON.parse(JSON.stringify(failed)) as RunResult
  expect(report(read)).toContain('| a word | – / – WRONG |')
})

test('growth sets two runs beside each other', () => {
  const text = growth(run(1000, [result('afterlog', 5)]), run(10_000, [result('afterlog', 20)]))
  expect(text).toContain('From 1000 to 10000 lines, 10.0 times as many')
  expect(text).toContain('| Afterlog | merged | a word | 5.0 → 20 | 4.00 |')
})
