import { expect, test } from 'vitest'
import { countAnswer, mistakeOf, type AnswerLine } from '../../../../bench/search/answers.ts'
import { planCorpus } from '../../../../bench/search/corpus/lines.ts'
import type { Ask } from '../../../../bench/search/questions.ts'

const lines = [...planCorpus({ seed: 2, lines: 3000 }).lines]
const expectedOf = (ask: Ask) => {
  const counting = countAnswer(ask)
  for (const line of lines) counting.add(line)
  return counting.expected()
}
const newest = (limit: number, skip = 0): AnswerLine[] =>
  lines
    .toReversed()
    .slice(skip, skip + limit)
    .map(({ time, pod: { pod }, message }) => ({ time, pod, message }))

test('an answer of lines is right with these lines in this order, and with no others', () => {
  const expected = expectedOf({ kind: 'newest', where: {}, limit: 10, skip: 20 })
  const right = newest(10, 20)
  expect(mistakeOf({ kind: 'newest', lines: right }, expected)).toBeUndefined()
  const wrong = [
    right.slice(1),
    [...right, right[0]!],
    right.toReversed(),
    newest(10),
    [...right.slice(1), { ...right[0]!, message: 'x' }],
  ]
  for (const some of wrong) expect(mistakeOf({ kind: 'newest', lines: some }, expected)).toMatch(/instead of/)
})

test('a count is right when it is exact', () => {
  const expected = expectedOf({ kind: 'count', where: {} })
  expect(mistakeOf({ kind: 'count', count: 3000 }, expected)).toBeUndefined()
  expect(mistakeOf({ kind: 'count', count: 3001 }, expected)).toBe('3001 lines instead of 3000')
})

test('buckets may have empty ones, and no other count', () => {
  const expected = expectedOf({ kind: 'buckets', where: {}, stepSeconds: 3600 })
  const right = expected.kind === 'buckets' ? expected.buckets : {}
  expect(mistakeOf({ kind: 'buckets', buckets: { ...right, 0: 0 } }, expected)).toBeUndefined()
  expect(mistakeOf({ kind: 'buckets', buckets: { ...right, 0: 1 } }, expected)).toBe('0 has 1 lines instead of 0')
  expect(mistakeOf({ kind: 'buckets', buckets: {} }, expected)).toMatch(/has 0 lines instead of/)
})

test('of the largest groups, those of one size stand for each other', () => {
  const expected = { kind: 'groups', groups: { a: 3, b: 2, c: 2, d: 1 }, top: 2 } as const
  const mistake = (groups: Record<string, number>) => mistakeOf({ kind: 'groups', groups }, expected)
  expect(mistake({ a: 3, b: 2 })).toBeUndefined()
  expect(mistake({ a: 3, c: 2 })).toBeUndefined()
  expect(mistake({ a: 3, d: 1 })).toMatch(/instead of/)
  expect(mistake({ a: 3 })).toMatch(/instead of/)
  expect(mistake({ a: 3, e: 2 })).toBe('e has 2 lines instead of 0')
})
