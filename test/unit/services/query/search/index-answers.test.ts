import { expect, test } from 'vitest'
import { indexAnswers } from '#query/search/index-answers.ts'
import { parseSearch } from '#query/search/syntax/parse-search.ts'

test.each([
  ['timeout', true],
  ['timeout refused', true],
  ['timeout OR 4bf92f3577b34da6', true],
  ['traceId:4bf92f3577b34da6a3ce929d0e0e4736', true],
  ['500', false],
  ['timeout 500', false],
  ['-timeout', false],
  ['"connection refused"', false],
  ['conn*', false],
  ['/time/', false],
  ['pod:cart', false],
  ['日本', false],
])('%s: %s', (text, expected) => {
  expect(indexAnswers(parseSearch(text))).toBe(expected)
})
