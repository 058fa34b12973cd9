import { expect, test } from 'vitest'
import { compileSearch } from '#query/search/search.ts'
import { unicodeClassesOf } from '#query/search/unicode-classes.ts'

test.each([
  ['', 0],
  ['a{1000}', 0],
  [String.raw`\p{L}`, 1],
  [String.raw`\pL\PN+`, 2],
  [String.raw`\p{L}{3}(?:\pN|x){10}`, 13],
  [String.raw`(?:\p{L}|\p{N}|\p{P}){333}`, 999],
  [String.raw`((\p{L}{2}){3,5}){4,}`, 40],
  [String.raw`[\p{L}\P{N}_]{10}`, 20],
  [String.raw`[^]\p{L}]{4}[[:alpha:]\pL]{2}`, 6],
  [String.raw`\Q\p{L}\E{9}\\p{L}{9}`, 0],
  [String.raw`\p{L}{3}{4}`, 12],
  [String.raw`(?P<name>\p{L}{0,7})?`, 7],
  [String.raw`(\p{L}{5`, 1],
  [String.raw`\p{L}){3}[\p{N}`, 2],
  ['\\', 0],
])('%s has %i', (pattern, classes) => {
  expect(unicodeClassesOf(pattern)).toBe(classes)
})

test.each([
  [String.raw`pod:/(?:\p{L}|\p{N}|\p{P}){333}/`, 0],
  [String.raw`/\p{L}{20}/ or namespace:/x\p{N}/`, 15],
  [String.raw`ok -(labels.app:/\p{L}{21}/)`, 5],
])('%s is refused, since it would take very long to compile', (text, position) => {
  expect(() => compileSearch(text)).toThrow(
    expect.toSatisfy(
      (error: { code: string; message: string; position: number }) =>
        error.code === 'invalid-parameter' && /too large.* 20 times/.test(error.message) && error.position === position,
    ),
  )
})

test('what people write is taken', () => {
  for (const text of [String.raw`/\p{L}{2,20}/`, String.raw`pod:/^\p{L}+-[0-9a-f]{8,10}$/`, String.raw`/(?i)\p{Lu}+ (\S+ ){40}/`])
    expect(() => compileSearch(text)).not.toThrow()
})
