import { expect, test } from 'vitest'
import { regexMistake } from '#query/search/regex-mistake.ts'

test.each([
  ['a(b', 1, 'never closed'],
  [String.raw`\((a`, 2, 'never closed'],
  ['[(](a)(', 6, 'never closed'],
  ['a)b', 1, 'not open'],
  ['x[a', 1, 'bracket'],
  ['a**', 1, 'repetition'],
  ['|*', 1, 'nothing to repeat'],
  ['a{2,1}', 1, 'smaller'],
  [String.raw`a\u00e9`, 1, 'x{e9}'],
  [String.raw`a\e`, 1, 'no such escape'],
  ['a\\', 1, 'backslash stands at the end'],
  ['[[:foo:]]', 1, 'no such class'],
  ['a(?=b)', 1, 'no lookahead'],
  ['a(?<!b)', 1, 'no lookbehind'],
  ['(?x)a', 0, 'no such flag'],
])('%s: at %i, %s', (pattern, at, reason) => {
  expect(regexMistake(pattern)).toEqual({ at, reason: expect.stringContaining(reason) })
})

test.each([
  '',
  'a b ',
  String.raw`a\/b`,
  '(?i)a',
  '(?P<n>a)',
  '(?<n>a)',
  String.raw`\p{Greek}\pL`,
  String.raw`\Qa(\E`,
  '[]a]',
  'x{',
  ']',
])('%s is an expression', (pattern) => {
  expect(regexMistake(pattern)).toBeUndefined()
})
